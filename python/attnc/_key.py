"""Keys, proofs and verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _attnc, _html
from ._arrays import kind, level, named, number, text
from ._errors import Error
from ._expect import compare, wanted

if TYPE_CHECKING:
    from ._program import Program

# What a proof file, and one of several proofs, begins with (spec 8.2).
_BEGINS = (b"attncprf", b"attncset")
_Aim = tuple["str | None", "str | None", "float | None"]
_PROVE = ("context", "security", "part", "watch")

Watch = Callable[[str, "str | None"], object]
STEPS = ("evaluating", "preprocessing", "filling", "committing", "challenges", "proving")
"""What `watch` is called with, in this order, for each part of a plan."""
"""Called with each step of a proof (evaluating, preprocessing, filling, committing, challenges,
proving) and with the plan's part, if there are several. Where it raises, the proof ends."""


class Key:
    """A verifying key: who verifies trusts it as a program. Make one with `Program.key`, or read
    one with `Key.load`.

    Two keys are equal if their files are. A key is pickled as its file, with the fixed inputs that
    it was given.
    """

    def __init__(self, inner: _attnc.Key, aim: _Aim = (None, None, None)) -> None:
        if not isinstance(inner, _attnc.Key):
            raise Error(
                f"a key is not made of {kind(inner)}",
                hints=["give Program.key, Key.load(path) or Key.from_bytes(data)"],
            )
        self._inner = inner
        self._aim = aim
        self._program: Program | None = None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Key:
        """Reads a key file and compiles its program again; `OSError` if it cannot be read."""
        return cls.from_bytes(Path(path).read_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Key:
        """As `Key.load`, of a key file's bytes."""
        return cls(_attnc.Key.parse(_bytes("a key", data, "Key.load(path)")))

    def to_json(self) -> str:
        """The key file's text: the same for the same layout, on every machine."""
        return self._inner.to_json()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the key file."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @property
    def program(self) -> Program:
        """The program that it is of, with its fixed inputs if the key has them."""
        from ._program import Program

        if self._program is None:
            self._program = Program(self._inner.program)
        return self._program

    @property
    def fixed(self) -> dict[str, str]:
        """The digest of every fixed input: a model is known by these."""
        return dict(self._inner.fixed)

    def with_fixed(
        self,
        fixed: Mapping[str, ArrayLike] | str | PathLike[str] | None = None,
        /,
        **more: ArrayLike,
    ) -> Key:
        """The same key with the fixed inputs that a prover needs: by name, or the path of an npz,
        safetensors or JSON file. A key that was read has digests alone; raises `Error` for a tensor
        that has another."""
        given = fixed_or_path("Key.with_fixed", fixed, more, self.program)
        take = self._inner.read_fixed if isinstance(given, str) else self._inner.with_fixed
        return Key(take(given), self._aim)  # type: ignore[arg-type]

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
        one of an open plan's. The interpreter's lock is not held; an interrupt ends the proof.

        Raises `Error` for tensors that are not the program's, and where an assertion or a range of
        the program does not hold; `KeyboardInterrupt`, and what `watch` raises.
        """
        program = self.program
        if watch is not None and not callable(watch):
            raise Error(f"`watch` is {watch!r}: give a function of a step and a part")
        given = named("prove", inputs, more, program._takes, _PROVE, program._gives)
        fixed = {name: given.pop(name) for name in self.fixed if name in given}
        key = self.with_fixed(fixed) if fixed else self
        asked, optimize, memory = self._aim
        asked = asked if security is None else level(security)
        # A key of proofs that hide makes no others.
        chosen = (None, asked, optimize, None, memory, False)
        context = text("context", context) or ""
        made = key._inner.prove(list(given.items()), chosen, context, text("part", part), watch)
        return Proof(made)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __copy__(self) -> Key:
        return self

    def __deepcopy__(self, memo: object) -> Key:
        # Nothing changes a key.
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        fixed = dict(self._inner.fixed_tensors())
        return _key_again, (self.to_json(), fixed, self._aim)

    def __repr__(self) -> str:
        return f"<attnc.Key of {self.program!r}, {len(self.to_json()):,} bytes>"

    def _repr_html_(self) -> str:
        program = self.program
        rows = [["program", f"{program.name} {program.digest}"]]
        rows += [["parameters", ", ".join(f"{n}={v}" for n, v in program.parameters.items())]]
        rows += [[f"fixed input {name}", digest] for name, digest in self.fixed.items()]
        rows += [["bytes", f"{len(self.to_json()):,}"]]
        return _html.table(["", "bound by the key"], rows)


def _key_again(data: str, fixed: dict[str, NDArray[np.int64]], aim: _Aim) -> Key:
    """A key that was pickled."""
    inner = _attnc.Key.parse(data.encode())
    return Key(inner.with_fixed(list(fixed.items())) if fixed else inner, aim)


def fixed_or_path(
    call: str, fixed: Any, more: Mapping[str, ArrayLike], program: Program
) -> str | list[tuple[str, NDArray[np.int64]]]:
    """Fixed inputs by name, or the path of a file of them that can be read (else `OSError`)."""
    if isinstance(fixed, (str, PathLike)):
        if more:
            raise Error(f"{call} takes a file or tensors by name, not both")
        with open(fixed, "rb"):
            return str(fspath(fixed))
    takes = {tensor.name: tensor.shape for tensor in program.fixed}
    others = [*program._takes, *program._gives]
    return list(named(call, fixed, more, takes, (), others).items())


def _bytes(what: str, given: Any, load: str) -> bytes:
    """`given` if it is bytes; `load` is what reads a file."""
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    raise Error(f"{what} is made of bytes, not of {kind(given)}", hints=[f"a file: {load}"])


class Proof:
    """A proof file's bytes. Nothing is taken from them on trust: see `attnc.verify`.

    `bytes(proof)` are they, `len(proof)` how many; two proofs are equal if their bytes are.
    """

    def __init__(self, data: bytes) -> None:
        self._data = _bytes("a proof", data, "Proof.load(path)")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Proof:
        """Reads a proof file; `OSError` if it cannot be read, `Error` if it is no proof's."""
        data = Path(path).read_bytes()
        if not data.startswith(_BEGINS):
            if data.lstrip()[:1] == b"{" and b'"attnc-key"' in data[:4096]:
                what, load = f"{kind(path)} is a key, not a proof", "a key: Key.load(path)"
            else:
                what = f"{kind(path)} is no proof: its first bytes are not those of a proof file"
                load = "Key.prove makes proofs, Proof.save writes them"
            raise Error(what, hints=[load])
        return cls(data)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the proof file."""
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

    def _repr_html_(self) -> str:
        return _html.table(["", "taken on trust: nothing"], [["proof, bytes", len(self)]])


class Verdict:
    """A proof that holds, and what it shows of the program of the key; `attnc.verify` gives it."""

    def __init__(self, inner: _attnc.Verdict) -> None:
        self._details: dict[str, Any] = json.loads(inner.to_json())
        self._inputs = dict(inner.tensors(True))
        self._outputs = dict(inner.tensors(False))

    @property
    def details(self) -> dict[str, Any]:
        """Program, parameters, digests of fixed inputs and tables, plan, parts with settings,
        accounts and what stayed private; `relies_on` names missing parts that outputs rest on."""
        return self._details

    @property
    def inputs(self) -> dict[str, NDArray[np.int64]]:
        """Public inputs by name; flat where a dimension grows."""
        return self._inputs

    @property
    def outputs(self) -> dict[str, NDArray[np.int64]]:
        """Public outputs by name; flat where a dimension grows."""
        return self._outputs

    @property
    def conjectured_bits(self) -> float:
        """Security, if no attack on FRI is better than those that are known: the least of all
        parts."""
        return self.details["conjectured_bits"]

    @property
    def proven_bits(self) -> float:
        """Security that is proven: the least of all parts."""
        return self.details["proven_bits"]

    @property
    def hides(self) -> bool:
        """Whether the proofs hide: beside what is shown here they tell nothing of what is private,
        if whoever made them kept to the protocol."""
        return all(part["hiding"] for part in self.details["parts"])

    @property
    def context(self) -> str:
        """The text that the proof is bound to."""
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
        """Missing parts that the outputs rest on: these hold if they do."""
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
        if self.private:
            tells = "nothing else" if self.hides else "it can tell all: it was made without hiding"
            rows += [["what it tells of what is private", tells]]
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

    `proof` is a `Proof` or a proof file's bytes (a file: `Proof.load(path)`). `expect` has public
    tensors that must be shown, by name, `context` the text that the proof must be bound to;
    `min_security` is in conjectured bits, `min_proven_security` in proven ones. With `whole=False`
    parts of an open plan may be missing: see `Verdict.relies_on`.
    """
    if not isinstance(key, Key):
        raise Error(f"`key` is {kind(key)}, not a Key", hints=["a file: Key.load(path)"])
    data = (proof if isinstance(proof, Proof) else Proof(proof))._data
    expected = wanted(expect, key.program)
    demands = (
        text("context", context),
        number("min_security", min_security),
        number("min_proven_security", min_proven_security),
        bool(whole),
    )
    verdict = Verdict(_attnc.verify(data, key._inner, demands))
    compare(expected, verdict)
    return verdict
