"""Programs, what they compute, and what their circuits come to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _attnc, _html
from ._arrays import level, named, number, seeded, text
from ._errors import Error
from ._key import Key, fixed_or_path

_LAID_OUT = ("security", "optimize", "contract", "memory", "hiding")
_EXPLORE = (*_LAID_OUT, "watch")
_KEY = ("plan", *_LAID_OUT)


@dataclass(frozen=True)
class TensorInfo:
    """A tensor that a program takes or gives.

    `name`; `public`: whether a proof shows its elements; `shape`: empty for a scalar; `range`: the
    least and the largest integer that an element may be.
    """

    name: str
    public: bool
    shape: tuple[int, ...]
    range: tuple[int, int]


class Outputs(Mapping[str, NDArray[np.int64]]):
    """What a run gives: a mapping of arrays of int64, by name; `out["context"]` is also
    `out.context`."""

    def __init__(self, arrays: dict[str, NDArray[np.int64]]) -> None:
        self._arrays = arrays

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self._arrays[name]

    def __getattr__(self, name: str) -> NDArray[np.int64]:
        try:
            return self.__dict__["_arrays"][name]
        except KeyError:
            known = ", ".join(self.__dict__.get("_arrays", {}))
            raise AttributeError(f"no output `{name}`; there are {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._arrays]

    def __repr__(self) -> str:
        each = (f"{name}: {array.shape}" for name, array in self._arrays.items())
        return f"Outputs({', '.join(each)})"

    def _repr_html_(self) -> str:
        rows = [
            [name, " × ".join(map(str, array.shape)) or "scalar",
             np.array2string(array, threshold=20)]
            for name, array in self._arrays.items()
        ]
        return _html.table(["output", "shape", "elements"], rows)


# What a table says of a component.
COUNTED = ("component", "rows", "padded_rows", "fixed", "main", "interaction", "sends")


@dataclass(frozen=True)
class Inspection:
    """What a plan comes to, before anything is proved: what `Program.inspect` gives.

    `parts` has one mapping for each part of the plan: its columns, cells, setting, security, and
    its components.
    """

    parts: list[dict[str, Any]]
    """What `attnc inspect --json` prints of a part, without `choices` and `publishes`."""

    @property
    def components(self) -> list[dict[str, Any]]:
        """Every component: `part` and `proof` that it is of, `name`, `rows`, `padded_rows`,
        `columns` by tree (`fixed`, `main`, `interaction`, `all`), `sends`, `rules`, `degree`,
        `lines`."""
        return [
            {"part": part["part"], "proof": proof["name"], **component}
            for part in self.parts
            for proof in part["proofs"]
            for component in proof["components"]
        ]

    @property
    def columns(self) -> int:
        """Of all parts: fixed, main and interaction columns."""
        return sum(part["columns"] for part in self.parts)

    @property
    def cells(self) -> int:
        """Columns times padded rows."""
        return sum(part["cells"] for part in self.parts)

    @property
    def predicted_bytes(self) -> int | None:
        """Of the proof files after their statements; None where the setting does not fit."""
        sizes = [part["predicted_bytes"] for part in self.parts]
        return None if None in sizes else sum(sizes)

    @property
    def predicted_ms(self) -> float | None:
        """To fill and prove, one part after the other; None where the setting does not fit."""
        times = [part["predicted_ms"] for part in self.parts]
        return None if None in times else sum(times)

    @property
    def conjectured_bits(self) -> float:
        """Security that a proof will have: the least of all parts."""
        return min(part["security"]["conjectured_bits"] for part in self.parts)

    @property
    def proven_bits(self) -> float:
        """The same by what is proven."""
        return min(part["security"]["proven_bits"] for part in self.parts)

    @property
    def _said(self) -> str:
        size = self.predicted_bytes
        said = f"{self.columns:,} columns, {self.cells:,} cells"
        return said + (f", {size:,} bytes predicted" if size else "")

    @property
    def _rows(self) -> list[list[Any]]:
        trees = ("fixed", "main", "interaction")
        return [
            [c["name"], c["rows"], c["padded_rows"], *(c["columns"][tree] for tree in trees),
             c["sends"]]
            for c in self.components
        ]

    def __repr__(self) -> str:
        return f"<attnc.Inspection, {self.columns:,} columns, {self.cells:,} cells>"

    def __str__(self) -> str:
        rows = [[name.replace("_", " ") for name in COUNTED], *self._rows]
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(COUNTED))]
        lines = ["  ".join(str(x).rjust(w) for x, w in zip(row, widths)) for row in rows]
        return "\n".join([*lines, self._said])

    def _repr_html_(self) -> str:
        return _html.table([name.replace("_", " ") for name in COUNTED], self._rows, self._said)


@dataclass(frozen=True)
class Exploration:
    """Plans with what they are predicted to cost: what `Program.explore` gives.

    `plans` has a mapping for each: `plan` (a name, or a text for `plan=`), `what`, `declared`,
    `parts`, `proofs`, `bytes` of proofs, `statement_bytes`, `ms` with two cores, `longest_ms` of a
    part, `memory_bytes`, and `best`: whether no other is as good in all of these (bytes with the
    statement's) and better in one. `impossible` has
    `plan` and `why` it cannot be laid out.
    """

    plans: list[dict[str, Any]]
    impossible: list[dict[str, str]]

    def __repr__(self) -> str:
        return f"<attnc.Exploration, {len(self.plans)} plans, {len(self.impossible)} impossible>"

    def to_pandas(self) -> Any:
        """`plans` as a `pandas.DataFrame`."""
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.plans)

    def _repr_html_(self) -> str:
        head = ["plan", "proofs", "bytes", "statement", "ms", "MiB", "best"]
        rows = [
            [p["plan"], p["proofs"], round(p["bytes"]), round(p["statement_bytes"]),
             round(p["ms"]), round(p["memory_bytes"] / 2**20), "*" if p["best"] else ""]
            for p in self.plans
        ]
        return _html.table(head, rows, "predicted")


class Program:
    """A checked program. Make one with `Program.load(path)` or `attnc.compile(text)`.

    Tensors are given to it by name, by keyword or in a mapping. Two programs are equal if their
    meanings are one text with the same parameters and fixed inputs. Nothing changes a program:
    `with_fixed` and `sampled` give another.
    """

    def __init__(self, inner: _attnc.Program) -> None:
        if not isinstance(inner, _attnc.Program):
            raise Error(
                f"a program is not made of {inner!r:.40}",
                hints=["give Program.load(path), or attnc.compile(text)"],
            )
        self._inner = inner

    @classmethod
    def load(cls, path: str | PathLike[str], **parameters: int) -> Program:
        """Reads a program's file, and those that it uses, with some of its parameters set.

        Raises `OSError` if it cannot be read, and `Error` for what is wrong with it.
        """
        return cls(_attnc.Program.load(fspath(path), whole(parameters)))

    @property
    def name(self) -> str:
        """The circuit's name."""
        return self._inner.name

    @property
    def parameters(self) -> dict[str, int]:
        """Every parameter with its value."""
        return dict(self._inner.params)

    @property
    def digest(self) -> str:
        """Of its canonical text with its parameters: what a statement says of the program."""
        return self._inner.digest

    @property
    def source(self) -> str:
        """Its text, with those that it uses in it."""
        return self._inner.source

    @property
    def inputs(self) -> list[TensorInfo]:
        """What one run or proof is given."""
        return [_info(tensor) for tensor in self._inner.inputs]

    @property
    def outputs(self) -> list[TensorInfo]:
        """What it computes, public and private."""
        return [_info(tensor) for tensor in self._inner.outputs]

    @property
    def fixed(self) -> list[TensorInfo]:
        """Inputs that the key binds: a model's weights."""
        return [_info(tensor) for tensor in self._inner.fixed]

    @property
    def tables(self) -> list[str]:
        """Tables whose entries are an input."""
        return [_info(table).name for table in self._inner.tables]

    @property
    def plans(self) -> list[str]:
        """The plans that it declares; the first is taken where none is asked for."""
        return self._inner.plans

    @property
    def _takes(self) -> dict[str, tuple[int, ...]]:
        """The shape of all that may be given to it: inputs, tables from input, fixed inputs."""
        tables = map(_info, self._inner.tables)
        return {t.name: t.shape for t in [*self.inputs, *tables, *self.fixed]}

    @property
    def _gives(self) -> list[str]:
        """The names of its outputs."""
        return [tensor.name for tensor in self.outputs]

    def with_fixed(
        self,
        fixed: Mapping[str, ArrayLike] | str | PathLike[str] | None = None,
        /,
        **more: ArrayLike,
    ) -> Program:
        """The same program with all its fixed inputs: by name, or the path of an npz, safetensors
        or JSON file (`OSError` if it cannot be read)."""
        given = fixed_or_path("Program.with_fixed", fixed, more, self)
        take = self._inner.read_fixed if isinstance(given, str) else self._inner.with_fixed
        return Program(take(given))  # type: ignore[arg-type]

    def sampled(self, seed: int = 0) -> Program:
        """The same program with fixed inputs drawn at random, the same for the same seed."""
        return Program(self._inner.with_sampled(seeded(seed)))

    def _divided(
        self, call: str, inputs: Any, more: Mapping[str, Any], options: Sequence[str]
    ) -> tuple[Program, list[tuple[str, NDArray[np.int64]]]]:
        """The program with the fixed inputs among what is given, and the rest."""
        given = named(call, inputs, more, self._takes, options, self._gives)
        fixed = {tensor.name for tensor in self.fixed}
        weights = {name: array for name, array in given.items() if name in fixed}
        rest = [(name, array) for name, array in given.items() if name not in fixed]
        return (self.with_fixed(weights) if weights else self), rest

    def run(
        self,
        inputs: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        show: str | Sequence[str] = (),
        **more: ArrayLike,
    ) -> Outputs:
        """The outputs, exactly, by the program's reference meaning: nothing is proved.

        `show` names tensors within, one or several: inputs, tables, caches, values; each is there
        by its name, and flat where a dimension grows. Values of blocks that are called alike come
        as `x`, `x#2`.

        Tensors are given by name, in a mapping or by keyword: all inputs, tables from input, and
        fixed inputs unless the program has them. Raises `Error` for a tensor that is missing,
        unknown, of another shape, of no integer dtype or out of range, and for a range or an
        assertion of the program that does not hold.
        """
        shown = [show] if isinstance(show, str) else show
        if not isinstance(shown, Iterable) or not all(isinstance(name, str) for name in shown):
            raise Error(f"`show` is {show!r:.40}: give names, as ['score']")
        program, rest = self._divided("run", inputs, more, ("show",))
        return Outputs(dict(program._inner.run(rest, list(shown))))

    def sample(self, seed: int = 0) -> dict[str, NDArray[np.int64]]:
        """Inputs drawn at random in their ranges, the same for the same seed."""
        drawn = json.loads(self._inner.sample(seeded(seed)))
        return {name: np.array(elements, dtype=np.int64) for name, elements in drawn.items()}

    def key(
        self,
        fixed: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        plan: str | None = None,
        security: str | int | None = None,
        optimize: str | None = None,
        contract: str | None = None,
        memory: float | None = None,
        hiding: bool = False,
        **more: ArrayLike,
    ) -> Key:
        """The verifying key of the layout that costs least.

        `fixed`, or keywords, have the fixed inputs and the tables from input. `plan` is a plan's
        name or text, `optimize` one of bytes, time, balanced, `contract` one of auto, unrolled,
        evaluated; with `hiding` proofs tell nothing of what is private beside their statement;
        `security` is a setting's name, or a floor in conjectured bits, met within `memory`
        GiB. The key then serves proofs at that security alone, and without it at every setting that
        has a name.
        """
        program, rest = self._divided("key", fixed, more, _KEY)
        chosen = _chosen(plan, security, optimize, contract, memory, hiding)
        return Key(program._inner.key(rest, chosen), (chosen[1], optimize, memory))

    def inspect(
        self,
        fixed: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        plan: str | None = None,
        security: str | int | None = None,
        optimize: str | None = None,
        contract: str | None = None,
        memory: float | None = None,
        hiding: bool = False,
        **more: ArrayLike,
    ) -> Inspection:
        """What `Program.key` with the same arguments would lay out, and its predicted bytes."""
        program, rest = self._divided("inspect", fixed, more, _KEY)
        chosen = _chosen(plan, security, optimize, contract, memory, hiding)
        return Inspection(json.loads(program._inner.inspect(rest, chosen)))

    def explore(
        self,
        fixed: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        security: str | int | None = None,
        optimize: str | None = None,
        contract: str | None = None,
        memory: float | None = None,
        hiding: bool = False,
        watch: Callable[[int, int, str], object] | None = None,
        **more: ArrayLike,
    ) -> Exploration:
        """Every boundary that the program offers, priced: its plans, each region and value apart,
        the indices of its loops cut. Nothing is proved. `watch` is called with each plan's number
        from 1, how many there are, and its text, before it is priced."""
        program, rest = self._divided("explore", fixed, more, _EXPLORE)
        chosen = _chosen(None, security, optimize, contract, memory, hiding)
        found = json.loads(program._inner.explore(rest, chosen, watch))
        return Exploration([_flat(plan) for plan in found["plans"]], found["impossible"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Program) or self.digest != other.digest:
            return False
        ours, theirs = (dict(p._inner.fixed_tensors()) for p in (self, other))
        return ours.keys() == theirs.keys() and all(
            np.array_equal(array, theirs[name]) for name, array in ours.items()
        )

    def __hash__(self) -> int:
        return hash(self.digest)

    def __copy__(self) -> Program:
        return self

    def __deepcopy__(self, memo: object) -> Program:
        # Nothing changes a program.
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        inner = self._inner
        fixed = dict(inner.fixed_tensors())
        return _program_again, (inner.source, inner.file, self.parameters, fixed)

    def __repr__(self) -> str:
        parameters = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"<attnc.Program {self.name}({parameters})>"

    def _repr_html_(self) -> str:
        rows = [
            [kind, tensor.name, "public" if tensor.public else "private",
             " × ".join(map(str, tensor.shape)) or "scalar",
             f"{tensor.range[0]}..={tensor.range[1]}"]
            for kind, tensors in (
                ("fixed input", self.fixed), ("input", self.inputs), ("output", self.outputs)
            )
            for tensor in tensors
        ]
        caption = repr(self).strip("<>")
        return _html.table(["", "name", "shown", "shape", "range"], rows, caption)


def _program_again(
    source: str, file: str, parameters: dict[str, int], fixed: dict[str, NDArray[np.int64]]
) -> Program:
    """A program that was pickled."""
    inner = _attnc.Program.compile(source, file, list(parameters.items()))
    return Program(inner.with_fixed(list(fixed.items())) if fixed else inner)


class OfLength:
    """What runs texts of any length: an `attnc.Program` with its parameter `steps` set to theirs,
    or anything else as it is."""

    def __init__(self, program: Any) -> None:
        self._program = program
        self._known: dict[int, Program] = {}

    def shown(self, steps: int, names: list[str], tensors: Mapping[str, ArrayLike]) -> Any:
        """What it computes of so many positions, with the values of these names."""
        try:
            return self.of(steps).run(show=names, **tensors)
        except Error as error:
            if "has no value" not in error.message:
                raise
            hint = "values are compared of the program that the integers were made for: give it"
            raise Error(error.message, hints=[hint]) from None

    def of(self, steps: int) -> Any:
        program = self._program
        if not isinstance(program, Program) or program.parameters.get("steps", steps) == steps:
            return program
        if steps not in self._known:
            parameters = {**program.parameters, "steps": steps}
            self._known[steps] = compile(program.source, file=program._inner.file, **parameters)
        return self._known[steps]


def compile(source: str, /, *, file: str = "program.attn", **parameters: int) -> Program:
    """Checks a program's text, with some of its parameters set; `file` is its name in errors.

    Raises `Error` for what is wrong with it.
    """
    if not isinstance(source, str):
        raise Error(f"{source!r:.60} is no text", hints=["a file: attnc.Program.load(path)"])
    return Program(_attnc.Program.compile(source, str(file), whole(parameters)))


def _flat(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan as a row of a table has it."""
    said = ("plan", "what", "declared", "parts", "proofs")
    return {
        **{name: plan[name] for name in said},
        **plan["predicted"],
        "longest_ms": plan["predicted_longest_ms"],
        "best": plan["predicted_best"],
    }


def _chosen(
    plan: str | None,
    security: str | int | None,
    optimize: str | None,
    contract: str | None,
    memory: float | None,
    hiding: bool,
) -> tuple[str | None, str | None, str | None, str | None, float | None, bool]:
    """How a layout is chosen, as the extension takes it."""
    return (
        text("plan", plan),
        level(security),
        text("optimize", optimize),
        text("contract", contract),
        None if memory is None else number("memory", memory, least=0),
        _truth("hiding", hiding),
    )


def _truth(name: str, given: object) -> bool:
    if not isinstance(given, (bool, np.bool_)):
        raise Error(f"`{name}` is {given!r}: give True or False")
    return bool(given)


def whole(parameters: Mapping[str, int]) -> list[tuple[str, int]]:
    """Parameters as integers; raises `Error` for another type, or more than 64 bits."""
    for name, value in parameters.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise Error(f"the parameter `{name}` is {value!r}, not an integer")
        if not -(2**63) <= value < 2**63:
            raise Error(f"the parameter `{name}` is an integer of more than 64 bits: {value}")
    return [(name, int(value)) for name, value in parameters.items()]


def _info(tensor: tuple[str, bool, list[int], tuple[int, int]]) -> TensorInfo:
    name, public, shape, bounds = tensor
    return TensorInfo(name, public, tuple(shape), bounds)
