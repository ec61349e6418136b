; What an editor can fold.

[
  (circuit)
  (definition)
  (step)
  (layer)
  (for)
  (region)
  (plan)
  (test)
] @fold
