"""A program at every cell of a grid, measured."""

from __future__ import annotations

import csv
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from numpy.typing import ArrayLike

from . import _html
from ._arrays import kind, nearest, seeded
from ._errors import Error
from ._key import Key, Proof, verify
from ._program import Program, compile, whole

Given = Mapping[str, ArrayLike]
OPTIONS = ("plans", "security", "inputs", "fixed", "seed", "watch")
MEASURED = [
    "columns",
    "cells",
    "predicted_bytes",
    "bytes",
    "prove_s",
    "verify_ms",
    "conjectured_bits",
]


class Sweep:
    """The rows of a sweep, in the order in which they were measured: what `attnc.sweep` gives."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A mapping a cell: parameters, `plan`, `security`, `status` (done, failed), `reason`,
        `columns`, `cells`, `predicted_bytes`, `bytes` (of the proof file), `prove_s`, `verify_ms`,
        `conjectured_bits`."""
        return self._rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def names(self) -> list[str]:
        """What every row has."""
        return list(self.rows[0]) if self.rows else []

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`, a row a cell."""
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.rows, columns=self.names or None)

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Writes the rows as CSV."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.names)
            writer.writeheader()
            writer.writerows(self.rows)

    def __str__(self) -> str:
        shown = [self.names, *([str(v) for v in row.values()] for row in self.rows)]
        widths = [max(len(row[i]) for row in shown) for i in range(len(self.names))]
        return "\n".join("  ".join(x.rjust(w) for x, w in zip(row, widths)) for row in shown)

    def __repr__(self) -> str:
        done = sum(row["status"] == "done" for row in self.rows)
        return f"<attnc.Sweep, {len(self)} rows, {done} done>"

    def _repr_html_(self) -> str:
        return _html.table(self.names, (list(row.values()) for row in self.rows))


def sweep(
    program: Program,
    *,
    plans: Sequence[str] | None = None,
    security: Sequence[str | int] = ("standard",),
    inputs: Callable[[Program], Given] | None = None,
    fixed: Callable[[Program], Given] | None = None,
    seed: int = 0,
    watch: Callable[[dict[str, Any]], object] | None = None,
    **parameters: Sequence[int],
) -> Sweep:
    """Proves and verifies a program at every cell of a grid, one after the other.

    Keywords name parameters with the values that they take, the first varying slowest:
    `steps=[8, 16]`. `plans` are names or texts, all of the program's without it. `inputs` and
    `fixed` give the tensors of a cell's program; without them they are drawn in their ranges, with
    `seed`. A cell that is refused is a row that says why. `watch` is called with every row.

    A process measures all cells, so that memory is not told apart: `attnc sweep` does that.
    """
    for what, values in (("plans", plans), ("security", security)):
        if isinstance(values, (str, int)) or (values is not None and not len(values)):
            raise Error(f"`{what}` is {values!r}: give a list, as [{values!r}]")
    for name, values in parameters.items():
        if name not in program.parameters:
            known = ", ".join(program.parameters) or "none"
            meant = nearest(name, [*program.parameters, *OPTIONS])
            raise Error(
                f"`{program.name}` has no parameter `{name}`; it has {known}",
                hints=[f"did you mean `{meant}=`?"] if meant else [],
            )
        if isinstance(values, (str, bytes, int)) or not len(values):
            raise Error(f"`{name}` is {values!r}: give the values that it takes, as [8, 16]")
        for value in values:
            whole({name: value})
    seed = seeded(seed)
    for what, function in (("inputs", inputs), ("fixed", fixed), ("watch", watch)):
        if function is not None and not callable(function):
            of = "row" if what == "watch" else "cell's program"
            raise Error(f"`{what}` is {kind(function)}: give a function of a {of}")
    rows: list[dict[str, Any]] = []
    source, settled = program.source, program.parameters
    for point in itertools.product(*parameters.values()):
        here = dict(zip(parameters, map(int, point)))
        try:
            cell, why = compile(source, file=f"{program.name} (source)", **{**settled, **here}), ""
        except Error as error:
            cell, why = None, error.message
        for level in security:
            for plan in plans or (cell or program).plans or [None]:
                row = {**here, "plan": plan or "", "security": str(level)}
                row |= {"status": "failed", "reason": why, **dict.fromkeys(MEASURED)}
                if cell is not None:
                    row |= _measured(cell, plan, level, inputs, fixed, seed)
                rows.append(row)
                if watch is not None:
                    watch(row)
    return Sweep(rows)


def _measured(
    program: Program,
    plan: str | None,
    security: str | int,
    inputs: Callable[[Program], Given] | None,
    fixed: Callable[[Program], Given] | None,
    seed: int,
) -> dict[str, Any]:
    try:
        program = _with_fixed(program, fixed, seed)
        given = _tensors("inputs", inputs, program) if inputs else program.sample(seed)
        # What is missing the key says, by its name.
        tables = {name: given[name] for name in program.tables if name in given}
        chosen: dict[str, Any] = {"plan": plan, "security": security}
        found = program.inspect(tables, **chosen)
        key = program.key(tables, **chosen)
        start = time.perf_counter()
        proof = _proved(key, given, security, drawn=inputs is None)
        took = time.perf_counter() - start
        start = time.perf_counter()
        verdict = verify(proof, key, min_security=0)
        return {
            "status": "done",
            "columns": found.columns,
            "cells": found.cells,
            "predicted_bytes": found.predicted_bytes,
            "bytes": len(proof),
            "prove_s": round(took, 4),
            "verify_ms": round(1e3 * (time.perf_counter() - start), 3),
            "conjectured_bits": verdict.conjectured_bits,
        }
    except Error as error:
        return {"reason": error.message}


def _tensors(
    what: str, function: Callable[[Program], Given], program: Program
) -> dict[str, ArrayLike]:
    """What a function of a cell's program gives."""
    given = function(program)
    if not isinstance(given, Mapping):
        raise Error(f"`{what}` gave {kind(given)} for {program!r}: it has to give tensors by name")
    return dict(given)


def _with_fixed(program: Program, fixed: Callable[[Program], Given] | None, seed: int) -> Program:
    if not program.fixed:
        return program
    if fixed is not None:
        return program.with_fixed(_tensors("fixed", fixed, program))
    try:
        return program.sampled(seed)
    except Error as error:
        names = ", ".join(tensor.name for tensor in program.fixed)
        raise Error(
            f"{error.message}: the fixed inputs ({names}) were drawn at random, and what the "
            "program says of them does not hold; give `fixed=`, a function of the program"
        ) from None


def _proved(key: Key, given: Mapping[str, ArrayLike], security: str | int, drawn: bool) -> Proof:
    try:
        return key.prove(given, security=security)
    except Error as error:
        if drawn and error.code in ("E084", "E085"):
            raise Error(
                f"{error.message}: the inputs were drawn at random; give `inputs=`, a function of "
                "the program"
            ) from None
        raise
