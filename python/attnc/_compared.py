"""Real numbers beside integers, of one tensor of one text: what `fidelity` compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple

import numpy as np

from ._errors import Error
from ._growing import growing_axes, places

Reference = Callable[[Any], Mapping[str, Any]]


class Compared(NamedTuple):
    """One tensor of one text: real numbers, and integers x their unit, of one shape; a row a
    position. ``seen``: which elements there are, of this shape; all where it is None."""

    tensor: str
    layer: int | None
    real: np.ndarray
    integer: np.ndarray
    seen: np.ndarray | None = None


# Squares of larger numbers, and sums of these, may not fit float64.
LARGEST = 1e150


def numbers(what: str, given: Any) -> np.ndarray:
    """``given`` as an array of real numbers, float64."""
    if np.ma.is_masked(given):
        raise Error(f"{what} is a masked array, whose mask would be lost: give the elements alone")
    try:
        array = np.asarray(given)
    except Exception as error:
        raise Error(f"{what} is no array: {error}") from None
    if array.dtype.kind not in "iufb":
        is_object = array.dtype == object
        of = f"{type(given).__name__} {given!r:.40}" if is_object else f"of dtype {array.dtype}"
        raise Error(f"{what} is {of}: an array of real numbers is needed")
    return array.astype(np.float64)


def both(compared: Compared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Real and integer as float64, and which elements there are, a row a position; the first two
    are 0 where there is none."""
    what = f"`{compared.tensor}`"
    if compared.layer is not None:
        what += f" of layer {compared.layer}"
    real, integer = (numbers(what, x) for x in (compared.real, compared.integer))
    if real.shape != integer.shape:
        raise Error(
            f"{what} has shape {list(real.shape)} in real numbers, "
            f"and {list(integer.shape)} in integers"
        )
    every = np.ones(real.shape, bool)
    seen = every if compared.seen is None else np.asarray(compared.seen, bool)
    if seen.shape != real.shape:
        raise Error(f"{what} has shape {list(real.shape)}, and its seen {list(seen.shape)}")
    if not seen.any():
        raise Error(f"{what} has no positions")
    for array, of in ((real, ""), (integer, " in its integers or their unit")):
        # Of NaN no comparison holds.
        wrong = np.argwhere(seen & ~(np.abs(array) <= LARGEST))
        if len(wrong):
            at = tuple(map(int, wrong[0]))
            found = array[at]
            if np.isnan(found):
                said = "NaN"
            elif np.isinf(found):
                said = "inf" if found > 0 else "-inf"
            else:
                said = f"{found:.3g}, whose square may not fit float64,"
            raise Error(f"{what} has {said} at {list(at)}{of}")
    # A scalar is one position.
    rows = len(real) if real.ndim else 1
    real, integer = (np.where(seen, x, 0.0).reshape(rows, -1) for x in (real, integer))
    seen = seen.reshape(rows, -1)
    there = seen.any(-1)
    return real[there], integer[there], seen[there]


def program_compared(
    program: Any, reference: Reference | None, units: Mapping[str, Any] | None
) -> Callable[[Any], Iterator[Compared]]:
    """What compares a program: all that is asked of one is ``run(show=[...], **tensors)``, arrays
    by name."""
    if not callable(getattr(program, "run", None)):
        raise Error(
            f"a {type(program).__name__} is no program and no quantised model: it has no run"
        )
    if reference is None:
        raise Error(
            "a program does not know its real numbers: give reference, a function of a text"
        )
    if not callable(reference):
        raise Error(
            f"reference is {reference!r:.40}: give a function of a text that returns real arrays "
            "by the names of the program's values"
        )
    if units is not None and not isinstance(units, Mapping):
        raise Error(f"units is {units!r:.40}: give a mapping of names to numbers or arrays")
    unit_of = {name: positive(name, unit) for name, unit in (units or {}).items()}

    def compare(text: Any) -> Iterator[Compared]:
        if not isinstance(text, Mapping) or not all(isinstance(name, str) for name in text):
            raise Error(f"a program's text is a mapping of its tensors by name, not {text!r:.40}")
        real = reference(text)
        if not isinstance(real, Mapping) or not real:
            raise Error(
                f"reference gave {real!r:.40}: it must return real arrays by the names of the "
                "program's values, as {'context': array}"
            )
        for name in real:
            if not isinstance(name, str):
                raise Error(f"reference gave an array by {name!r:.40}, which is no name")
        for name in unit_of:
            if name not in real:
                raise Error(f"units has {name}, which reference does not give")
        shown = program.run(show=list(real), **text)
        for name, array in real.items():
            alike = [other for other in shown if re.fullmatch(rf"{re.escape(name)}#\d+", other)]
            if name not in shown:
                raise Error(f"the program's run gave no `{name}`")
            if any(other not in real for other in alike):
                raise Error(
                    f"`{name}` is one of {', '.join([name, *alike])}: give an array of each"
                )
            yield laid_out(program, name, array, shown[name], unit_of.get(name))

    return compare


def positive(name: str, given: Any) -> np.ndarray:
    """A unit: numbers above 0."""
    unit = numbers(f"units[{name!r}]", given)
    fine = np.isfinite(unit) & (unit > 0)
    if not fine.all():
        at = tuple(map(int, np.argwhere(~fine)[0])) if unit.ndim else ()
        where = f" at {list(at)}" if unit.ndim else ""
        raise Error(f"units[{name!r}] has {unit[at]:g}{where}: a unit is a number above 0")
    return unit


def laid_out(program: Any, name: str, array: Any, given: Any, unit: np.ndarray | None) -> Compared:
    """Real numbers beside a program's integers in their places, times their unit."""
    real, found = numbers(f"`{name}`", array), numbers(f"`{name}` of the program", given)
    unit = np.float64(1.0) if unit is None else unit
    seen = None
    axes = growing_axes(program, name) if found.ndim == 1 else ()
    if axes and real.ndim == 1:
        raise Error(
            f"`{name}` grows with a step, and its real array is flat: give it whole, with its "
            "largest sizes; what the program does not have is not looked at"
        )
    if axes != () and real.ndim > 1:
        masks = places(real.shape, found.size, axes)
        if len(masks) > 1:
            raise Error(
                f"where the {found.size} elements of `{name}` stand in {list(real.shape)} is not "
                "clear, since some of its sizes are alike: take another number of steps, or the "
                "command attnc fidelity"
            )
        if masks:
            (seen,) = masks
            flat, found = found, np.zeros(real.shape)
            found[seen] = flat
        elif axes is not None:
            raise Error(
                f"`{name}` grows with a step to {found.size} elements, and its real array has "
                f"shape {list(real.shape)}: give it with the largest sizes"
            )
    if found.shape != real.shape:
        raise Error(
            f"`{name}` has shape {list(real.shape)} in real numbers, "
            f"and {list(found.shape)} in integers"
        )
    try:
        fits = np.broadcast_shapes(unit.shape, real.shape) == real.shape
    except ValueError:
        fits = False
    if not fits:
        raise Error(
            f"units[{name!r}] has shape {list(unit.shape)}, which does not stretch over "
            f"{list(real.shape)}"
        )
    return Compared(name, None, real, found * unit, seen)
