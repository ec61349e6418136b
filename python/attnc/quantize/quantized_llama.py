"""What `quantize.llama` gives: the integer model, where it came from, and how well it went."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .._html import table
from .._program import OfLength, Program, compile
from ..fidelity import Compared, Fidelity, compared_by
from .checks import QuantizeError, TokenNumbers, runs, token_list, whole
from .float_llama import LAYER_TENSORS, FloatLlama
from .integer_llama import STORIES, IntegerLlama, Tensors
from .units import Units, units_of

PROGRAM = Path(__file__).with_name("llama.attn")
# The parameters of `examples/stories260k.attn`.
STORIES_PARAMETERS = ("layers", "hidden", "groups", "width", "inner", "vocabulary")


class Bound(NamedTuple):
    """A range, in the integers' units: it holds ``-holds - 1`` to ``holds``.

    ``proven``: what no text exceeds, which is proof that it is held only where it is ``holds`` or
    less (`is_proven`); None where nothing is known of every text. ``seen``: the largest on the
    texts that were looked at.
    """

    tensor: str
    holds: int
    proven: float | None
    seen: float

    @property
    def is_proven(self) -> bool:
        """Whether no text leaves it."""
        return self.proven is not None and self.proven <= self.holds

    def __str__(self) -> str:
        if self.is_proven:
            known = f"proven: {self.proven:.0f} at most"
        else:
            known = "not proven" + ("" if self.proven is None else f": may be {self.proven:.0f}")
        return (
            f"{self.tensor}: holds {-self.holds - 1} to {self.holds}, {known}, seen {self.seen:.0f}"
        )


class QuantizedLlama:
    """A Llama model in integers beside the real one.

    ``tensors`` are the fixed inputs of the program by name, ``parameters`` its parameters (but
    ``steps``, how long a text is), ``bounds`` what every range holds, ``units`` what an integer
    is in real numbers, ``report`` the `Fidelity` on the texts that were held out (computed when
    it is first read).
    """

    def __init__(
        self,
        model: FloatLlama,
        integers: IntegerLlama,
        units: Units | None = None,
        bounds: Sequence[Bound] = (),
        held_out: Mapping[str, np.ndarray] | Sequence[np.ndarray] = (),
    ) -> None:
        self.float_model, self.integers = model, integers
        self.units = units_of(model, integers) if units is None else units
        # Texts have the names that they had where they were given.
        if not isinstance(held_out, Mapping):
            held_out = {f"held_out[{at}]": text for at, text in enumerate(held_out)}
        self.bounds, self._held_out = list(bounds), dict(held_out)
        self.held_out = list(self._held_out.values())
        self._report: Fidelity | None = None

    def __repr__(self) -> str:
        return f"QuantizedLlama({', '.join(f'{k}={v}' for k, v in self.parameters.items())})"

    @property
    def tensors(self) -> dict[str, np.ndarray]:
        return self.integers.tensors

    @property
    def parameters(self) -> dict[str, int]:
        return self.integers.parameters

    @property
    def notes(self) -> list[str]:
        """What was not understood of the checkpoint, and left out."""
        return self.float_model.notes

    @property
    def report(self) -> Fidelity:
        if self._report is None:
            if not self.held_out:
                raise QuantizeError(
                    "no texts were held out: fidelity(model, texts) says it of texts that you give"
                )
            self._report = compared_by(self.compared, self._held_out.items(), self.notes)
        return self._report

    @property
    def program_source(self) -> str:
        """The program's text, `llama.attn`, which takes ``tensors`` and ``parameters``."""
        return PROGRAM.read_text(encoding="utf-8")

    def program(self, steps: int) -> Program:
        """The program of texts of ``steps`` tokens, with its fixed inputs: `attnc.compile` of
        ``program_source`` with ``parameters``."""
        whole("steps", steps, 1, self.parameters["positions"])
        source = compile(self.program_source, file=PROGRAM.name, steps=steps, **self.parameters)
        return source.with_fixed(self.tensors)

    def stories_parameters(self) -> dict[str, int]:
        """The parameters of `examples/stories260k.attn`, which takes ``tensors`` too if its numbers
        are theirs.

        Raises `QuantizeError` that names the first that is not.
        """
        for name, value in STORIES.items():
            if self.parameters[name] != value:
                raise QuantizeError(
                    f"stories260k.attn has {name} {value}, and this model {self.parameters[name]}: "
                    "take program_source and parameters"
                )
        if self.tensors["eps"].max() >= 4096:
            raise QuantizeError(
                "stories260k.attn has eps below 4096: take program_source and parameters"
            )
        return {name: self.parameters[name] for name in STORIES_PARAMETERS}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes ``tensors`` as an npz file, for `attnc --fixed`."""
        return self.integers.save(path)

    def flags(self, steps: int) -> list[str]:
        """The `-p` flags of attnc for a text of ``steps`` tokens."""
        whole("steps", steps, 1, self.parameters["positions"])
        pairs = {"steps": steps, **self.parameters}
        return [word for name, value in pairs.items() for word in ("-p", f"{name}={value}")]

    def run(self, tokens: TokenNumbers) -> np.ndarray:
        """The next token at every position, in integers: what a proof shows."""
        return self.integers.run(tokens)

    def by(self, program: Any) -> ByProgram:
        """This model as ``program`` computes it, for `fidelity`.

        An `attnc.Program` of ``program_source`` with ``parameters``: a text of another length than
        its ``steps`` is run by the same program with that length. (`examples/stories260k.attn` has
        no value for every tensor that is compared.) Or anything with ``run(show=[...], **tensors)``
        that gives arrays by name.
        """
        runs(program)
        return ByProgram(self, program)

    def _repr_html_(self) -> str:
        rows = [["parameters", ", ".join(f"{k}={v}" for k, v in self.parameters.items())]]
        fixed = ", ".join(f"{name} {list(array.shape)}" for name, array in self.tensors.items())
        rows += [["fixed inputs", fixed]]
        rows += [["range", str(bound)] for bound in self.bounds]
        rows += [["note", note] for note in self.notes]
        return table(["", "a Llama model in integers"], rows)

    def compared(self, tokens: TokenNumbers) -> Iterator[Compared]:
        """Every tensor of a text in real numbers and in integers x unit, for `fidelity`."""
        return self.against(tokens, *self.integers.forward(tokens))

    def against(
        self, tokens: TokenNumbers, found: Sequence[Tensors], last: Tensors
    ) -> Iterator[Compared]:
        """The tensors of the real model beside these integers, by layer and behind the layers."""
        real, real_last = self.float_model.forward(tokens)
        yield Compared("x", None, real_last["x"], last["x"] * self.units.of("x", 0))
        for layer, (ours, theirs) in enumerate(zip(real, found)):
            for name in LAYER_TENSORS:
                yield Compared(name, layer, ours[name], theirs[name] * self.units.of(name, layer))
        for name in ("nf", "logit"):
            yield Compared(name, None, real_last[name], last[name] * self.units.of(name, 0))


class ByProgram:
    """A quantised model whose integers a program computes: all that is asked of it is
    ``run(show=[...], **tensors)``, which gives arrays by name, those of a layer layer by layer."""

    def __init__(self, made: QuantizedLlama, program: Any) -> None:
        self.made, self.program = made, OfLength(program)

    def compared(self, tokens: TokenNumbers) -> Iterator[Compared]:
        ids = token_list("the text", tokens, self.made.parameters["vocabulary"])
        names = [*LAYER_TENSORS, "nf", "logit"]
        shown = self.program.shown(len(ids), names, {"token": ids, **self.made.tensors})
        rows = {name: np.asarray(shown[name], np.int64) for name in names}
        layers = range(self.made.parameters["layers"])
        found = [{n: rows[n][at].reshape(len(ids), -1) for n in LAYER_TENSORS} for at in layers]
        last = {"x": self.made.tensors["embed"][ids], "nf": rows["nf"], "logit": rows["logit"]}
        return self.made.against(ids, found, last)
