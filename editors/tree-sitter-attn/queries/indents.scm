; How deep a line stands, for Neovim: one more in every bracket, and in a value on a line of its own.

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
] @indent.begin

(assignment "=" @indent.begin)

[ "}" ")" "]" ] @indent.branch @indent.end

(comment) @indent.auto
