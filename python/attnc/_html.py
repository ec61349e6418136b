"""Notebooks' pieces of HTML, with all text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def preformatted(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """A table, numbers to the right."""

    def cell(value: object) -> str:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        shown = f"{value:,}" if isinstance(value, int) and number else str(value)
        right = ' style="text-align: right"' if number else ""
        return f"<td{right}>{escape(shown)}</td>"

    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
