"""Keys, proofs and verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _attnc, _html
from ._arrays import integers, named

if TYPE_CHECKING:
    from ._program import Program

_Aim = tuple["str | None", "str | None", "float | None"]

Watch = Callable[[str, "str | None"], object]
"""Called with each step of a proof (evaluating, preprocessing, filling, committing, challenges,
proving) and with the plan's part, if there are several. Where it raises, the proof ends."""


class Key:
    """A verifying key: who verifies trusts it as a program. Make one with `Program.key`."""

    def __init__(self, inner: _attnc.Key, aim: _Aim = (None, None, None)) -> None:
        self._inner = inner
        self._aim = aim

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Key:
        """Reads a key file and compiles its program again; `OSError` if it cannot be read."""
        return cls.from_bytes(Path(path).read_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Key:
        return cls(_attnc.Key.parse(data))

    def to_json(self) -> str:
        """The key file's text: the same for the same layout, on every machine."""
        return self._inner.to_json()

    def save(self, path: str | PathLike[str]) -> None:
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @property
    def program(self) -> Program:
        from ._program import Program

        return Program(self._inner.program)

    @property
    def fixed(self) -> dict[str, str]:
        """The digest of every fixed input: a model is known by these."""
        return dict(self._inner.fixed)

    def with_fixed(
        self, fixed: Mapping[str, ArrayLike] | None = None, /, **more: ArrayLike
    ) -> Key:
        """The same key with the fixed inputs that a prover needs. A key that was read has digests
        alone; raises `Error` for a tensor that has another."""
        return Key(self._inner.with_fixed(list(named(fixed, more).items())), self._aim)

    def prove(
        self,
        inputs: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        context: str = "",
        security: str | int | None = None,
        part: str | None = None,
        watch: Watch | None = None,
        **more: ArrayLike,
    ) -> Proof:
        """Proves what the program gives on some inputs, and binds the proof to `context`.

        Tensors are given by name, in a mapping or by keyword: all inputs, and tables from input. An
        input that is named like an argument has to stand in the mapping. `security` is one that the
        key has roots for: that which it was made for, `standard` if none was asked for. `part` is
        one of an open plan's. The interpreter's lock is not held; an
        interrupt ends the proof.
        """
        given = named(inputs, more)
        fixed = {name: given.pop(name) for name in self.fixed if name in given}
        key = self.with_fixed(fixed) if fixed else self
        asked, optimize, memory = self._aim
        asked = asked if security is None else str(security)
        chosen = (None, asked, optimize, None, memory)
        made = key._inner.prove(list(given.items()), chosen, context, part, watch)
        return Proof(made)

    def __repr__(self) -> str:
        return f"<attnc.Key of {self.program!r}, {len(self.to_json()):,} bytes>"


class Proof:
    """A proof file's bytes. Nothing is taken from them on trust: see `attnc.verify`."""

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Proof:
        return cls(Path(path).read_bytes())

    def save(self, path: str | PathLike[str]) -> None:
        Path(path).write_bytes(self._data)

    def __bytes__(self) -> bytes:
        return self._data

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proof) and self._data == other._data

    def __hash__(self) -> int:
        return hash(self._data)

    def __repr__(self) -> str:
        return f"<attnc.Proof, {len(self):,} bytes>"


class Verdict:
    """A proof that holds, and what it shows of the program of the key."""

    def __init__(self, inner: _attnc.Verdict) -> None:
        self.details: dict[str, Any] = json.loads(inner.to_json())
        """Program, parameters, digests of fixed inputs and tables, plan, parts with settings,
        accounts and what stayed private; `relies_on` names missing parts that outputs rest on."""
        self.inputs: dict[str, NDArray[np.int64]] = dict(inner.tensors(True))
        """Public inputs; flat where a dimension grows."""
        self.outputs: dict[str, NDArray[np.int64]] = dict(inner.tensors(False))

    @property
    def conjectured_bits(self) -> float:
        return self.details["conjectured_bits"]

    @property
    def proven_bits(self) -> float:
        return self.details["proven_bits"]

    @property
    def context(self) -> str:
        return self.details["context"]

    @property
    def private(self) -> list[str]:
        """Inputs that the prover knew, and that are not shown."""
        return self._of_parts("private")

    @property
    def hints(self) -> list[str]:
        """Values that the prover chose: only what the program asserts of them is proved."""
        return self._of_parts("hints")

    @property
    def missing(self) -> list[str]:
        """Parts of the plan that are not there; `relies_on` are those that outputs rest on."""
        return self.details["missing"]

    @property
    def relies_on(self) -> list[str]:
        return self.details["relies_on"]

    def _of_parts(self, what: str) -> list[str]:
        names = (name for part in self.details["parts"] for name in part[what])
        return list(dict.fromkeys(names))

    def __repr__(self) -> str:
        shown = ", ".join([*self.inputs, *self.outputs])
        bits = f"{self.conjectured_bits:.0f} bits conjectured, {self.proven_bits:.0f} proven"
        lacking = f"; without {', '.join(self.missing)}" if self.missing else ""
        if self.relies_on:
            lacking += f", on which it RELIES: {', '.join(self.relies_on)}"
        return f"<attnc.Verdict of {self.details['circuit']}: shows {shown}; {bits}{lacking}>"

    def _repr_html_(self) -> str:
        rows = [["program", f"{self.details['circuit']} {self.details['program']}"]]
        rows += [["parameters", ", ".join(f"{n}={v}" for n, v in self.details["params"])]]
        rows += [[f"fixed input {name}", digest] for name, digest in self.details["fixed"].items()]
        for what, tensors in (("input", self.inputs), ("output", self.outputs)):
            for name, array in tensors.items():
                rows.append([f"{what} {name}", np.array2string(array, threshold=20)])
        rows += [["private", ", ".join(self.private) or "nothing"]]
        if self.hints:
            rows += [["chosen by the prover", ", ".join(self.hints)]]
        if self.missing:
            rows += [["parts that are not proved here", ", ".join(self.missing)]]
        if self.relies_on:
            rows += [["what is shown RELIES on", ", ".join(self.relies_on)]]
        rows += [["context", self.context]]
        bits = f"{self.conjectured_bits:.1f} conjectured, {self.proven_bits:.1f} proven"
        rows += [["security, bits", bits]]
        return _html.table(["", "shown and bound by a proof that holds"], rows)


def verify(
    proof: Proof | bytes,
    key: Key,
    *,
    expect: Mapping[str, ArrayLike] | None = None,
    context: str | None = None,
    min_security: float = 96.0,
    min_proven_security: float = 0.0,
    whole: bool = True,
) -> Verdict:
    """Holds a proof against a key; `Error` says why if it does not hold.

    `expect` has public tensors that must be shown, `context` the text that the proof must be bound
    to; `min_security` is in conjectured bits, `min_proven_security` in proven ones. With
    `whole=False` parts of an open plan may be missing: see `details["relies_on"]`.
    """
    wanted = None
    if expect is not None:
        lists = {name: integers(name, array).tolist() for name, array in expect.items()}
        wanted = json.dumps(lists)
    demands = (wanted, context, min_security, min_proven_security, whole)
    return Verdict(_attnc.verify(bytes(proof), key._inner, demands))
