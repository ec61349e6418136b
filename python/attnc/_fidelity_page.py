"""A `Fidelity` as a page's part: its table, and a plot of how the error grows, in SVG."""

from __future__ import annotations

from html import escape
from math import log10

from .fidelity import Fidelity, row_cells

WIDE, HIGH, LEFT, BOTTOM, TOP = 720, 240, 56, 46, 12


def page(of: Fidelity) -> str:
    """A table and a plot, with no script and nothing from elsewhere."""
    names = ("tensor", "layer", "max error", "mean error", "mean size", "cosine", "least cosine")
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row_cells(row)) + "</tr>"
        for row in of.rows
    )
    said = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in of.lines)
    where = ""
    if of.differs:
        rows = "".join(
            f"<tr><td>{d.text}</td><td>{d.position}</td><td>{d.margin:.4f}</td><td>{d.real_token}</td>"
            f"<td>{d.integer_token}</td></tr>"
            for d in of.differs
        )
        head_of = "".join(
            f"<th>{name}</th>" for name in ("text", "position", "margin", "real", "integer")
        )
        where = (
            f"<details><summary>{len(of.differs)} positions differ</summary>"
            f"<table><thead><tr>{head_of}</tr></thead><tbody>{rows}</tbody></table></details>"
        )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    table = f"<details><summary>By tensor</summary>{table}</details>"
    return f"<div class='fidelity'><ul>{said}</ul>{plot(of)}{where}{table}</div>"


def plot(of: Fidelity) -> str:
    """1 - cosine of every tensor in the order of computation, on a log axis: the mean, and the
    worst position."""
    if not of.rows:
        return ""

    def gap(cosine: float) -> float:
        return max(1e-9, 1.0 - cosine)

    every = [gap(c) for row in of.rows for c in (row.cosine, row.least_cosine)]
    low, high = int(log10(min(every)) // 1), int(-(-log10(max(every)) // 1))
    high = max(high, low + 1)

    def across(number: int) -> float:
        return LEFT + (number + 0.5) * (WIDE - LEFT - 12) / len(of.rows)

    def down(x: float) -> float:
        return TOP + (high - log10(x)) * (HIGH - TOP - BOTTOM) / (high - low)

    parts: list[str] = []
    for power in range(low, high + 1):
        y = down(10.0**power)
        parts.append(
            f"<line x1='{LEFT}' x2='{WIDE - 12}' y1='{y:.1f}' y2='{y:.1f}' stroke='#8884'/>"
        )
        parts.append(f"<text x='{LEFT - 6}' y='{y + 4:.1f}' text-anchor='end'>1e{power}</text>")
    for number, row in enumerate(of.rows):
        x, mean, worst = across(number), down(gap(row.cosine)), down(gap(row.least_cosine))
        where = row.tensor if row.layer is None else f"{row.tensor} of layer {row.layer}"
        title = escape(f"{where}: cosine {row.cosine:.6f}, least {row.least_cosine:.6f}")
        parts.append(
            f"<g stroke='#4477aa' fill='#4477aa'><title>{title}</title>"
            f"<path d='M{x:.1f} {worst:.1f}V{mean:.1f}' stroke-width='2'/>"
            f"<circle cx='{x:.1f}' cy='{mean:.1f}' r='2.5'/></g>"
        )
    layers = [row.layer for row in of.rows]
    for layer in sorted({number for number in layers if number is not None}):
        at = [number for number, found in enumerate(layers) if found == layer]
        middle = (across(at[0]) + across(at[-1])) / 2
        parts.append(
            f"<text x='{middle:.1f}' y='{HIGH - 24}' text-anchor='middle'>layer {layer}</text>"
        )
    if not any(layer is not None for layer in layers):
        for number, row in enumerate(of.rows):
            label = escape(row.tensor)
            x = across(number)
            parts.append(f"<text x='{x:.1f}' y='{HIGH - 24}' text-anchor='middle'>{label}</text>")
    parts.append(
        f"<text x='{LEFT}' y='{HIGH - 6}'>"
        "1 - cosine by tensor: a dot the mean, a bar to the worst position</text>"
    )
    return (
        f"<svg viewBox='0 0 {WIDE} {HIGH}' width='{WIDE}' role='img' "
        "aria-label='1 - cosine by tensor' "
        f"font-family='sans-serif' font-size='11' fill='currentColor'>{''.join(parts)}</svg>"
    )
