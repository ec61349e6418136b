// The grammar of attnc programs for editors: what compiler/grammar/attn.pest takes, and somewhat more.

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PRECEDENCE = { or: 1, and: 2, not: 3, relation: 4, sum: 5, product: 6, negation: 7, power: 8 };

const RESERVED = [
  'circuit', 'table', 'private', 'public', 'input', 'output', 'state', 'step', 'for', 'in', 'assert',
  'region', 'plan', 'proof', 'from', 'empty',
];
const REDUCERS = ['sum', 'max', 'min', 'argmax', 'argmin'];
const RELATIONS = ['>=', '<=', '==', '!=', '>', '<'];

/** One or more, with commas between. @param {RuleOrLiteral} rule */
const list = (rule) => seq(rule, repeat(seq(',', rule)));

/** The same, where a comma may stand at the end too. @param {RuleOrLiteral} rule */
const listed = (rule) => seq(list(rule), optional(','));

/** Words of one place alone, where they are names. @param {GrammarSymbols<string>} $ @param {string[]} words */
const soft = ($, ...words) => choice($.name, ...words.map((word) => alias(word, $.name)));

module.exports = grammar({
  name: 'attn',

  word: ($) => $.name,

  extras: ($) => [/[ \t\r\n]/, $.comment],

  supertypes: ($) => [$._item, $._statement, $._expression],

  inline: ($) => [$._statement_name, $._label, $._cut_name],

  conflicts: ($) => [
    // What ends the cuts of a proof and begins a boundary: `open`.
    [$.proof],
    // `by a b 0..2` is `by a`, then `b 0..2`; `by a b` is a group of `a`.
    [$.cut, $._primary],
  ],

  rules: {
    source_file: ($) => repeat(choice($.use, $.definition, $.table, $.circuit, $.test)),

    comment: () => token(seq('//', /[^\r\n]*/)),

    // `norm#1.square` is a value that a call made.
    name: () => /[A-Za-z_][A-Za-z0-9_]*(#[0-9]+\.[A-Za-z_][A-Za-z0-9_]*)?/,
    number: () => /[0-9]+(\.[0-9]+)?/,
    string: () => token(seq('"', /[^"\r\n]*/, '"')),

    // Beside the circuit.
    use: ($) => seq('use', field('what', choice($.string, $.name))),
    definition: ($) =>
      seq('def', field('name', $.name), $.parameters, '->', field('results', $.results), $.block),
    parameters: ($) => seq('(', listed($.parameter), ')'),
    parameter: ($) =>
      seq(
        field('name', $.name),
        optional(choice($.shape, seq('=', field('default', $._expression)))),
      ),
    results: ($) => choice($.result, seq('(', listed($.result), ')')),
    result: ($) => seq(field('name', $.name), optional($.shape)),

    circuit: ($) =>
      seq('circuit', field('name', $.name), optional($.circuit_parameters), '{', repeat($._item), '}'),
    circuit_parameters: ($) => seq('(', optional(listed($.circuit_parameter)), ')'),
    circuit_parameter: ($) => seq(field('name', $.name), '=', field('default', $._expression)),

    _item: ($) => choice($.table, $.tensor, $.state, $.region, $.plan, $._statement),
    _statement: ($) => choice($.step, $.layer, $.for, $.assert, $.append, $.assignment),

    // Declarations.
    table: ($) =>
      seq(
        'table',
        field('name', $.name),
        '(',
        listed($.table_argument),
        ')',
        choice(
          seq('=', field('value', choice($.list, $._expression))),
          seq(
            ':',
            field('range', $.range),
            choice(seq('=', field('value', choice($.list, $._expression))), seq('from', 'input')),
          ),
        ),
      ),
    table_argument: ($) => seq(field('name', $.name), 'in', field('domain', $.range)),
    list: ($) => seq('[', listed(choice($.list, $._expression)), ']'),
    range: ($) => seq($._expression, choice('..', '..='), $._expression),
    tensor: ($) =>
      seq(
        choice(seq('fixed', 'input'), seq(choice('public', 'private'), choice('input', 'output'))),
        field('name', $.name),
        optional($.shape),
        optional($._declared),
      ),
    shape: ($) => seq('[', list($._expression), ']'),
    _declared: ($) => seq(':', field('range', $.range)),
    state: ($) =>
      seq(
        'state',
        field('name', $.name),
        optional($.shape),
        optional($._declared),
        '=',
        field('seed', choice($.empty, $._expression)),
      ),
    empty: () => 'empty',

    // Statements.
    block: ($) => seq('{', repeat(choice($._statement, $.state, $.table)), '}'),
    step: ($) => seq('step', $.binder, $.block),
    layer: ($) => seq('layer', $.binder, $.block),
    for: ($) => seq('for', $.binder, $.block),
    binder: ($) =>
      seq(field('name', $.name), 'in', field('domain', choice($.range, $._expression))),
    append: ($) => seq(field('state', $._statement_name), '<-', field('value', $.name), optional($.shape)),
    assignment: ($) =>
      seq(
        optional('hint'),
        field('name', $._statement_name),
        optional($.subscripts),
        optional($._declared),
        '=',
        field('value', $._expression),
      ),
    _statement_name: ($) => soft($, 'hint', 'layer', 'fixed'),
    subscripts: ($) => seq('[', list(choice($.binder, $._expression)), optional($.filter), ']'),
    assert: ($) => seq('assert', optional($.over), field('condition', $._expression)),
    over: ($) => seq('[', list($.binder), optional($.filter), ']'),
    filter: ($) => seq('where', $._expression),

    // Expressions.
    _expression: ($) =>
      choice($._primary, $.unary_expression, $.binary_expression),
    unary_expression: ($) =>
      choice(
        prec(PRECEDENCE.negation, seq(field('operator', '-'), field('operand', $._expression))),
        prec(PRECEDENCE.not, seq(field('operator', 'not'), field('operand', $._expression))),
      ),
    binary_expression: ($) =>
      choice(
        binary($, prec.left, PRECEDENCE.or, 'or'),
        binary($, prec.left, PRECEDENCE.and, 'and'),
        binary($, prec.left, PRECEDENCE.relation, ...RELATIONS),
        binary($, prec.left, PRECEDENCE.sum, '+', '-'),
        binary($, prec.left, PRECEDENCE.product, '*', '/', '%'),
        binary($, prec.right, PRECEDENCE.power, '^'),
      ),
    _primary: ($) =>
      choice($.number, soft($, 'not', ...REDUCERS), $.call, $.subscript, $.reduction, $.parenthesized_expression),
    parenthesized_expression: ($) => seq('(', $._expression, ')'),
    call: ($) =>
      prec.right(
        seq(
          field('function', soft($, ...REDUCERS)),
          field('arguments', $.arguments),
          optional(seq('.', field('result', $.name))),
          optional($.slice),
        ),
      ),
    arguments: ($) => seq('(', list($.argument), ')'),
    argument: ($) => seq(optional(seq(field('name', $._label), '=')), field('value', $._expression)),
    subscript: ($) => seq(field('value', soft($, 'not', ...REDUCERS)), $.slice),
    slice: ($) => seq('[', list(choice('..', $._expression)), ']'),

    // Its body is a product, which ends before any other sign.
    reduction: ($) =>
      seq(
        field('reducer', choice(...REDUCERS.map((word) => alias(word, $.reducer)))),
        '(',
        list($.binder),
        optional($.filter),
        ')',
        field('body', $._product),
      ),
    _product: ($) =>
      choice(
        $._primary,
        alias($._product_negation, $.unary_expression),
        alias($._product_binary, $.binary_expression),
      ),
    _product_negation: ($) =>
      prec(PRECEDENCE.negation, seq(field('operator', '-'), field('operand', $._product))),
    _product_binary: ($) =>
      choice(
        prec.left(
          PRECEDENCE.product,
          seq(field('left', $._product), field('operator', '*'), field('right', $._product)),
        ),
        prec.right(
          PRECEDENCE.power,
          seq(field('left', $._product), field('operator', '^'), field('right', $._product)),
        ),
      ),

    // Regions and plans, whose names may be any word.
    _label: ($) => soft($, ...RESERVED),
    region: ($) => seq('region', field('name', $._label), '{', repeat(seq($._label, optional(','))), '}'),
    plan: ($) =>
      seq(
        'plan',
        field('name', $._label),
        '{',
        repeat(choice($.proof, $.boundary, $.hiding)),
        '}',
      ),
    hiding: () => 'hiding',
    proof: ($) =>
      seq(
        'proof',
        field('name', $._label),
        ':',
        $._term,
        repeat(seq(choice('+', '-'), $._term)),
        repeat($.cut),
      ),
    _term: ($) => choice($.everything, $._label),
    everything: () => '*',
    cut: ($) =>
      seq(
        optional('open'),
        choice(
          seq('by', optional(field('size', $._expression)), field('index', $._cut_name)),
          seq(field('index', $._cut_name), $.range, repeat(seq('|', $.range))),
        ),
      ),
    _cut_name: ($) => soft($, ...RESERVED.filter((word) => word !== 'proof')),
    boundary: ($) =>
      seq(choice('open', 'linked'), choice($.everything, seq($._label, '|', $._label))),

    // Tests beside the circuit.
    test: ($) =>
      seq(
        choice(
          seq('test', field('name', $.string)),
          seq(
            'test_fails',
            field('name', $.string),
            field('code', $.error_code),
            optional(field('message', $.string)),
          ),
        ),
        optional(field('parameters', $.circuit_parameters)),
        '{',
        repeat(choice($.given, $.expect, $.sample, $.prove)),
        '}',
      ),
    error_code: () => /E[0-9]{3}/,
    given: ($) =>
      seq(
        field('name', soft($, 'expect', 'sample', 'prove')),
        optional($.indices),
        '=',
        field('value', choice($.list, $._expression)),
      ),
    indices: ($) => seq('[', list($.name), ']'),
    expect: ($) =>
      seq(
        'expect',
        optional($.over),
        choice(
          $._expression,
          seq(field('left', $._expression), field('operator', '=='), field('right', $.list)),
        ),
      ),
    sample: ($) => seq('sample', field('count', $.number), optional(seq('seed', field('seed', $.number)))),
    prove: () => 'prove',
  },
});

/** @param {GrammarSymbols<string>} $ @param {string[]} operators */
function binary($, associativity, precedence, ...operators) {
  return associativity(
    precedence,
    seq(
      field('left', $._expression),
      field('operator', operators.length > 1 ? choice(...operators) : operators[0]),
      field('right', $._expression),
    ),
  );
}
