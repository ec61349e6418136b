"""What README.md says of the study's figures: sentences with their conditions.

Conditions are about bytes, columns, cells and memory, and about times only where they differ by far
more than a busy machine adds. A sentence without one says what was measured and nothing else.
"""

from statistics import median

from study import DEPTHS, LAYERS, PLANS, SETTINGS, TOKENS

PAIRS = ["scores", "softmax lookups", "weighted values"]
WEIGHTS = ["projections (wq wk wv wo)", "MLP products (w1 w3 w2)", "MLP gate (silu)", "logits"]
FEW, MANY = TOKENS[0], TOKENS[-1]


def span(ratios):
    return f"{min(ratios):.2f} to {max(ratios):.2f}"


def over(study, field, plan, tokens=TOKENS, settings=SETTINGS):
    """A plan's figure divided by the fused plan's, at each number of tokens and setting."""
    cell = lambda *key: study.main[key][field]
    return [cell(t, plan, s) / cell(t, "fused", s) for t in tokens for s in settings]


def measured(study):
    """With what the study was made, and how its times compare with what is predicted."""
    times = {row["repeats"] for row in study.main.values()}
    how = "once" if times == {1} else f"{min(times)} times or more, and times are medians"
    late = [row["prove_ms"] / row["predicted_ms"] for row in study.main.values()]
    machine = study.machine
    yield (
        f"Every cell was proved {how}, on {machine['cores']} cores and {machine['memory_gib']} GiB "
        f"by {machine['build']}. Times are {span(late)} of what attnc predicts for two idle cores, "
        f"{median(late):.2f} at the median: the more these differ, the busier the machine was.",
        True,
    )


def boundaries(study):
    """Where fusing pays, and where splitting does."""
    bytes_ = {plan: over(study, "file_bytes", plan) for plan in PLANS[1:]}
    shown = ", ".join(f"{span(ratios)} (`{plan}`)" for plan, ratios in bytes_.items())
    yield (
        f"**Bytes: fusing pays in all {len(TOKENS) * len(SETTINGS)} cells of tokens and setting.** "
        f"The files of the other plans have {shown} times the bytes of the fused one.",
        min(map(min, bytes_.values())) > 1,
    )
    verify = over(study, "verify_ms", "layers") + over(study, "verify_ms", "open_layers")
    yield (
        f"**Verifying: five proofs** take {span(verify)} times as long as one.",
        min(verify) > 1.2,
    )
    linked = over(study, "memory_bytes", "layers")
    opened = over(study, "memory_bytes", "open_layers")
    far = over(study, "memory_bytes", "open_layers", [MANY])
    yield (
        "**Memory: splitting by layer pays where there are many tokens.** `layers` takes "
        f"{span(linked)} of the memory of the fused plan; `open_layers`, all of whose parts "
        f"one command makes, {span(opened)}, and at {MANY} tokens {span(far)}.",
        max(far) < 0.5,
    )
    others = over(study, "memory_bytes", "halves") + over(study, "memory_bytes", "lookups")
    yield (
        "**A cut that leaves all layers in one proof saves little memory.** `halves` and `lookups` "
        f"take {span(others)} of it.",
        min(others) > 0.8,
    )
    fused = study.main[MANY, "fused", "standard"]
    alone = [study.alone[MANY, layer] for layer in LAYERS]
    slowest = max(one["prove_ms"] for one in alone)
    together = sum(one["prove_ms"] for one in alone)
    largest = max(one["peak_rss_bytes"] for one in alone)
    yield (
        f"**Workers: splitting by open boundaries pays.** At {MANY} tokens the slowest of the five "
        f"layers, each alone on these cores, took {slowest / 1000:.1f}\u00a0s and the largest "
        f"{largest / 2**20:,.0f}\u00a0MiB, all five {together / 1000:.1f}\u00a0s; the fused proof "
        f"took {fused['prove_ms'] / 1000:.1f}\u00a0s and "
        f"{fused['memory_bytes'] / 2**20:,.0f}\u00a0MiB.",
        largest < 0.5 * fused["memory_bytes"] and slowest < 0.6 * fused["prove_ms"],
    )
    few, many = TOKENS[:2], TOKENS[-2:]
    shown = ", ".join(
        f"{span(over(study, 'prove_ms', plan, few))}, "
        f"{span(over(study, 'prove_ms', plan, TOKENS[2:-2]))} and "
        f"{span(over(study, 'prove_ms', plan, many))} (`{plan}`)"
        for plan in PLANS[1:]
    )
    yield (
        "**Time on one machine**, with all proofs of a plan, single runs: over the fused plan's "
        f"it was, at {few[0]} and {few[1]} tokens, at {TOKENS[2]}, and at {many[0]} and "
        f"{many[1]}: {shown}.",
        True,
    )
    statement = study.main[MANY, "open_layers", "standard"]["statement_bytes"]
    part = statement / study.main[MANY, "open_layers", "standard"]["file_bytes"]
    start = study.main[FEW, "open_layers", "standard"]["statement_bytes"]
    yield (
        "**An open boundary is paid by the token.** What `open_layers` shows between layers makes "
        f"its statements {start:,} bytes at {FEW} tokens and {statement:,} at {MANY}: "
        f"{100 * part:.0f}\u00a0% of the file.",
        part > 0.15,
    )
    cells = [(t, plan) for t in TOKENS for plan in PLANS]
    fast = lambda field: [
        study.main[*c, "fast"][field] / study.main[*c, "standard"][field] for c in cells
    ]
    yield (
        f"**`fast` over `standard`**, at every plan: {span(fast('file_bytes'))} times the bytes, "
        f"{span(fast('memory_bytes'))} of the memory, {span(fast('prove_ms'))} of the time.",
        min(fast("file_bytes")) > 2 and max(fast("memory_bytes")) < 0.3,
    )


def tokens(study, work):
    """What grows with tokens."""
    few, many = study.main[FEW, "fused", "standard"], study.main[MANY, "fused", "standard"]
    grown = lambda field: many[field] / few[field]
    yield (
        f"**{MANY // FEW} times the tokens** are {grown('lookup_claims'):.0f} times the lookups, "
        f"{grown('cells'):.1f} times the cells and {grown('memory_bytes'):.1f} times the memory, "
        f"but {grown('columns'):.2f} times the columns and {grown('packed_bytes'):.2f} times the "
        "bytes.",
        grown("cells") > 10 and grown("packed_bytes") < 1.5,
    )
    kinds = lambda t, names, field: sum(work[t]["kinds"][kind][field] for kind in names)
    share = lambda t, names: 100 * kinds(t, names, "cells") / work[t]["own"]["cells"]
    yield (
        f"**What is done for each pair of positions** ({', '.join(PAIRS)}) has "
        f"{share(FEW, PAIRS):.0f}\u00a0% of the cells at {FEW} tokens and "
        f"{share(MANY, PAIRS):.0f}\u00a0% at {MANY}. What multiplies weights "
        f"({', '.join(WEIGHTS)}) has {share(FEW, WEIGHTS):.0f}\u00a0% and "
        f"{share(MANY, WEIGHTS):.0f}\u00a0%.",
        share(FEW, PAIRS) < 25 and share(MANY, PAIRS) > 50,
    )
    own = work[MANY]["own"]["bytes"] - work[FEW]["own"]["bytes"]
    shared = work[MANY]["shared"] - work[FEW]["shared"]
    pairs = kinds(MANY, PAIRS, "bytes") - kinds(FEW, PAIRS, "bytes")
    blocks = [sum(c["name"] == "l,t,g,j" for c in work[t]["components"]) for t in (FEW, MANY)]
    yield (
        f"**Of the bytes that {MANY} tokens add** to {FEW}, by prediction {own + shared:,}, the "
        f"trees and FRI, which become deeper, have {shared:,} and columns {own:,}. Of these the "
        f"pairs have {pairs:,}: their rows stand in {blocks[1]} components, at {FEW} tokens in "
        f"{blocks[0]}.",
        shared > 0 and own > 0 and pairs > 0.5 * own and blocks[1] > blocks[0],
    )
    held = [study.main[t, "fused", "standard"] for t in TOKENS]
    a_cell = [row["memory_bytes"] / row["cells"] for row in held]
    yield (
        f"**Memory follows cells**: {min(a_cell):.0f} to {max(a_cell):.0f} bytes a cell.",
        max(a_cell) < 1.7 * min(a_cell),
    )


def depth(study):
    """What grows with depth."""
    one, most = DEPTHS[0], DEPTHS[-1]
    figure = lambda layers, plan, field: study.depth[layers, plan, "standard"][field]
    grown = lambda plan, field: figure(most, plan, field) / figure(one, plan, field)
    yield (
        f"**{most} layers in one proof** have {grown('fused', 'columns'):.2f} times the columns of "
        f"one, {grown('fused', 'packed_bytes'):.2f} times the bytes and "
        f"{grown('fused', 'cells'):.1f} times the cells: layers are rows of the same components.",
        grown("fused", "columns") < 1.25
        and grown("fused", "packed_bytes") < 1.25
        and grown("fused", "cells") > 2,
    )
    yield (
        f"**{most} layers in {most} proofs** have {grown('layers', 'columns'):.1f} times the "
        f"columns of one, {grown('layers', 'packed_bytes'):.1f} times the bytes and "
        f"{grown('layers', 'cells'):.1f} times the cells.",
        grown("layers", "packed_bytes") > 3,
    )


def findings(study, work):
    """By the mark in README.md that they go to."""
    return {
        "measured": list(measured(study)),
        "boundaries": list(boundaries(study)),
        "with tokens": list(tokens(study, work)),
        "with depth": list(depth(study)),
    }
