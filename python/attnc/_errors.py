"""What attnc refuses."""

from __future__ import annotations

import json
from typing import Any


class Error(ValueError):
    """A program, a tensor, a key or a proof that attnc refuses.

    `message` says what is wrong in one line, `code` is the error's code (``"E081"``; `attnc explain
    E081` on the command line tells more) or None, `hints` say what to do in Python, `rendered` is
    the whole as a terminal shows it, with the line of the program, and `errors` has one mapping for
    each error: its code, message, place and hints.
    """

    code: str | None
    message: str
    hints: list[str]
    rendered: str
    errors: list[dict[str, Any]]

    def __init__(
        self,
        message: str,
        code: str | None = None,
        hints: list[str] | None = None,
        rendered: str | None = None,
        errors: str = "[]",
    ) -> None:
        super().__init__(message, code, hints, rendered, errors)
        self.message = message
        self.code = code
        self.hints = list(hints or [])
        said = "; ".join(self.hints).replace("?; ", "? ")
        self.rendered = (rendered or (f"{message}: {said}" if said else message)).rstrip()
        one = {"code": code, "message": message, "hints": self.hints}
        self.errors = json.loads(errors) or [one]

    def within(self, where: str) -> None:
        """Says where it is: of which text of several."""
        self.message = f"{where}: {self.message}"
        self.rendered = f"{where}: {self.rendered}"
        first, *more = self.errors
        self.errors = [{**first, "message": self.message}, *more]

    def __str__(self) -> str:
        return self.rendered

    def _repr_html_(self) -> str:
        from ._html import preformatted

        return preformatted(self.rendered)
