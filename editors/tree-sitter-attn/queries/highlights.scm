; What a node is shown as. The names are ones that Neovim, Helix and tree-sitter's own themes know; no two
; patterns take the same node, since editors differ in which of them would win.

(comment) @comment
(string) @string
(number) @constant.numeric
(empty) @constant.builtin
(error_code) @constant
((name) @constant.builtin (#eq? @constant.builtin "pi"))

; What is declared.
[ "circuit" "table" "state" "region" "plan" "proof" "test" "test_fails" ] @keyword
"def" @keyword.function
"use" @keyword.import
[ "private" "public" "fixed" "input" "output" "hint" "from" ] @keyword.modifier

; What runs, and what is asked for.
[ "step" "layer" "for" ] @keyword.repeat
[ "in" "and" "or" "not" "where" ] @keyword.operator
[ "assert" "expect" "sample" "seed" ] @keyword
(prove) @keyword

; What lies between proofs.
[ "by" "open" "linked" ] @keyword
(hiding) @keyword

(circuit name: (name) @type)
(region name: (name) @type)
(plan name: (name) @type)
(proof name: (name) @type)
(use what: (name) @module)

(definition name: (name) @function)
(table name: (name) @function)
(reducer) @function.builtin
(call function: (name) @function.builtin
  (#any-of? @function.builtin
    "floor" "ceil" "trunc" "round" "round_half_up" "round_half_even"
    "clip" "if" "abs" "min" "max"
    "sum" "argmax" "argmin"
    "exp" "ln" "log2" "sqrt" "sin" "cos" "tanh" "sigmoid"
    "bits"))
(call function: (name) @function
  (#not-any-of? @function
    "floor" "ceil" "trunc" "round" "round_half_up" "round_half_even"
    "clip" "if" "abs" "min" "max"
    "sum" "argmax" "argmin"
    "exp" "ln" "log2" "sqrt" "sin" "cos" "tanh" "sigmoid"
    "bits"))

(circuit_parameter name: (name) @variable.parameter)
(parameter name: (name) @variable.parameter)
(argument name: (name) @variable.parameter)
(table_argument name: (name) @variable.parameter)
(tensor name: (name) @variable)
(state name: (name) @variable)
(assignment name: (name) @variable)
(append state: (name) @variable)
(given name: (name) @variable)

[ "=" "<-" "->" ".." "..=" "+" "-" "*" "/" "%" "^" "<" ">" "<=" ">=" "==" "!=" "|" ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" "." ] @punctuation.delimiter
