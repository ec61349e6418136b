"""The tables of README.md: what each has, in which units, and how it is written."""

from typing import NamedTuple

from kinds import KINDS
from study import ALONE, DEPTHS, LAYERS, PLANS, SETTINGS, TOKENS


class Form(NamedTuple):
    """How a figure is written, after it was divided by what makes its unit of the file's unit."""

    text: str
    unit: float = 1
    aligned: str = "---:"

    def number(self, value):
        return value if value is None or self.unit == 1 else value / self.unit

    def shown(self, value):
        return "-" if value is None else self.text.format(self.number(value))


plain = Form("{}", aligned="---")
whole = Form("{:,.0f}")
tenths = Form("{:,.1f}")
times = Form("{:.2f}")
seconds = Form("{:.2f}", unit=1000)
mib = Form("{:,.0f}", unit=2**20)
percent = Form("{:.1f}", unit=0.01)


class Table:
    """Columns, each a name and how its figures are written, and rows; None is no figure."""

    def __init__(self, *head):
        self.head, self.rows = head, []

    def add(self, *row):
        self.rows.append(row)

    def markdown(self):
        names, forms = zip(*self.head, strict=True)
        lines = [names, [form.aligned for form in forms]]
        for row in self.rows:
            lines.append([form.shown(value) for form, value in zip(forms, row, strict=True)])
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def json(self):
        rows = []
        for row in self.rows:
            columns = zip(self.head, row, strict=True)
            rows.append({name: form.number(value) for (name, form), value in columns})
        return rows


def by_tokens(study, field, form):
    table = Table(
        ("setting", plain), ("plan", plain), *((f"{tokens} tokens", form) for tokens in TOKENS)
    )
    for setting in SETTINGS:
        for plan in PLANS:
            table.add(
                setting, plan, *(study.figure(field, tokens, plan, setting) for tokens in TOKENS)
            )
    return table


def ratios(study):
    """Fused over each plan, least and most over all numbers of tokens: below 1 fusing pays."""
    fields = [
        ("bytes", "file_bytes"),
        ("time", "prove_ms"),
        ("memory", "memory_bytes"),
        ("verifying", "verify_ms"),
    ]
    heads = [(f"{name}, {which}", times) for name, _ in fields for which in ["least", "most"]]
    table = Table(("setting", plain), ("fused over", plain), *heads)
    for setting in SETTINGS:
        for plan in PLANS[1:]:
            row = []
            for _, field in fields:
                found = [
                    study.figure(field, tokens, "fused", setting)
                    / study.figure(field, tokens, plan, setting)
                    for tokens in TOKENS
                    if study.figure(field, tokens, plan, setting)
                    and study.figure(field, tokens, "fused", setting)
                ]
                row += [min(found), max(found)] if found else [None, None]
            table.add(setting, plan, *row)
    return table


def sections(study):
    """Where a plan's bytes are, at 64 tokens."""
    names = [
        "sampled_values",
        "queried_values",
        "trace_decommitments",
        "fri_samples",
        "fri_decommitments",
    ]
    heads = [(name.replace("_", " "), whole) for name in names]
    table = Table(
        ("plan", plain),
        ("proofs", whole),
        ("components", whole),
        ("columns", whole),
        ("cells", whole),
        *heads,
        ("statements", whole),
    )
    for plan in PLANS:
        row = study.main.get((64, plan, "standard"))
        if row:
            figures = [row[field] for field in ["proofs", "components", "columns", "cells"]]
            table.add(
                plan, *figures, *(row["breakdown"][name] for name in names), row["statement_bytes"]
            )
    return table


def growth(study):
    """The fused plan by tokens, with the time of each stage."""
    stages = ["setup", "fill", "commit", "bus", "stark"]
    table = Table(
        ("tokens", whole),
        ("lookups", whole),
        ("components", whole),
        ("columns", whole),
        ("cells", whole),
        ("proof, bytes", whole),
        *((f"{stage}, s", seconds) for stage in stages),
        ("ns a cell", whole),
        ("bytes of memory a cell", whole),
    )
    for tokens in TOKENS:
        row = study.main.get((tokens, "fused", "standard"))
        if row:
            structure = [
                row[field]
                for field in ["lookup_claims", "components", "columns", "cells", "packed_bytes"]
            ]
            spent = [row["stages_ms"][stage] for stage in stages]
            cells = row["cells"]
            table.add(
                tokens,
                *structure,
                *spent,
                1e6 * row["prove_ms"] / cells,
                row["memory_bytes"] / cells,
            )
    return table


def kinds(work):
    """Own bytes, columns, sends and cells of each kind, at the fewest tokens and at the most."""
    few, many = work[TOKENS[0]], work[TOKENS[-1]]
    pair = lambda name, form: [(f"{name}, {tokens}", form) for tokens in [TOKENS[0], TOKENS[-1]]]
    table = Table(
        ("kind of work", plain),
        *pair("own bytes", whole),
        *pair("columns", tenths),
        *pair("sends", tenths),
        *pair("cells", whole),
        ("cells grow", times),
        *pair("% of cells", percent),
    )

    def add(name, one, other):
        both = [
            side[field] for field in ["bytes", "columns", "sends", "cells"] for side in [one, other]
        ]
        grown = other["cells"] / one["cells"] if one["cells"] else None
        table.add(
            name,
            *both,
            grown,
            one["cells"] / few["own"]["cells"],
            other["cells"] / many["own"]["cells"],
        )

    for kind in KINDS:
        if kind != "other" or few["kinds"][kind]["bytes"] or many["kinds"][kind]["bytes"]:
            add(kind, few["kinds"][kind], many["kinds"][kind])
    add("all", few["own"], many["own"])
    table.add("shared: trees, FRI, composition", few["shared"], many["shared"], *[None] * 9)
    add("among these: roundings by `half`", few["roundings"], many["roundings"])
    add("among these: entries of tables", few["tables"], many["tables"])
    return table


def layers(study):
    """Each layer's proof, linked and open; an open one also as a worker makes it alone."""
    table = Table(
        ("tokens", whole),
        ("layer", plain),
        ("linked: columns", whole),
        ("linked: cells", whole),
        ("linked: bytes", whole),
        ("open: columns", whole),
        ("open: cells", whole),
        ("open: bytes", whole),
        ("open: statement", whole),
        ("alone, s", seconds),
        ("alone, MiB", mib),
    )
    for steps in ALONE:
        linked = {proof["name"]: proof for proof in study.linked[steps]}
        for layer in LAYERS:
            one, other = linked[f"layer.{layer}"], study.alone[steps, layer]
            table.add(
                steps,
                str(layer),
                one["columns"],
                one["cells"],
                one["packed_bytes"],
                other["columns"],
                other["cells"],
                other["packed_bytes"],
                other["statement_bytes"],
                other["prove_ms"],
                other["peak_rss_bytes"],
            )
        fused = study.main.get((steps, "fused", "standard"))
        if fused:
            table.add(
                steps,
                "all five, fused",
                fused["columns"],
                fused["cells"],
                fused["packed_bytes"],
                None,
                None,
                None,
                None,
                fused["prove_ms"],
                fused["memory_bytes"],
            )
    return table


def depth(study):
    """64 tokens at `standard`, the first layers of the model."""
    fields = [
        ("proofs", whole),
        ("components", whole),
        ("columns", whole),
        ("cells", whole),
        ("packed_bytes", whole),
        ("prove_ms", seconds),
        ("memory_bytes", mib),
        ("verify_ms", tenths),
    ]
    names = ["proofs", "components", "columns", "cells", "bytes", "s", "MiB", "verified, ms"]
    table = Table(
        ("plan", plain),
        ("layers", whole),
        *((name, form) for name, (_, form) in zip(names, fields)),
    )
    for plan in ["fused", "layers"]:
        for layers in DEPTHS:
            row = study.depth.get((layers, plan, "standard"))
            if row:
                table.add(plan, layers, *(row[field] for field, _ in fields))
    return table


def all_tables(study, work):
    """By the mark in README.md that they go to."""
    return {
        "bytes": by_tokens(study, "file_bytes", whole),
        "seconds": by_tokens(study, "prove_ms", seconds),
        "MiB": by_tokens(study, "memory_bytes", mib),
        "ms to verify": by_tokens(study, "verify_ms", tenths),
        "ratios": ratios(study),
        "sections": sections(study),
        "growth": growth(study),
        "kinds": kinds(work),
        "layers": layers(study),
        "depth": depth(study),
    }
