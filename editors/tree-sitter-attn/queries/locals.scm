; Where names are defined and seen.

(source_file) @local.scope
(circuit) @local.scope
(definition) @local.scope
(test) @local.scope
(block) @local.scope
(reduction) @local.scope

(circuit_parameter name: (name) @local.definition.parameter)
(parameter name: (name) @local.definition.parameter)
(parameter (shape (name) @local.definition.parameter))
(table_argument name: (name) @local.definition.parameter)
(binder name: (name) @local.definition.var)
(indices (name) @local.definition.var)
(tensor name: (name) @local.definition.var)
(state name: (name) @local.definition.var)
(assignment name: (name) @local.definition.var)
(table name: (name) @local.definition.function)
(definition name: (name) @local.definition.function)

(name) @local.reference
