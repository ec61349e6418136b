; How deep a line stands, for Helix: one more in every bracket.

[
  (circuit)
  (block)
  (region)
  (plan)
  (test)
  (circuit_parameters)
  (parameters)
  (arguments)
  (list)
] @indent

[ "}" ")" "]" ] @outdent
