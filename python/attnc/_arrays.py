"""Arrays as attnc takes them, 64-bit integers in C order, and what is asked of other arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from numbers import Real
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._errors import Error

LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def integers(name: str, given: ArrayLike) -> NDArray[np.int64]:
    """`given` as int64 in C order, without a copy where it is that already.

    Any integer or boolean dtype, any memory order and any strides give the same elements. Raises
    `Error` for anything else: floating point, complex numbers, objects, NaN, integers of more than
    64 bits.
    """
    if np.ma.is_masked(given):
        raise Error(
            f"`{name}` is a masked array, whose mask would be lost",
            hints=["give the elements alone: array.filled(0), or array.compressed()"],
        )
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise Error(f"`{name}` is no array: {error}") from None
    if array.dtype.kind == "O":
        try:
            wide = [int(element) for element in array.flat]
            exact = all(a == b for a, b in zip(wide, array.flat))
        except (TypeError, ValueError):
            exact, wide = False, []
        if not exact:
            raise Error(
                f"`{name}` has elements that are no integers",
                hints=["give an array of integers, all rows of one length"],
            )
        if any(not LEAST <= element <= MOST for element in wide):
            raise Error(f"`{name}` has an integer of more than 64 bits")
        array = np.array(wide, dtype=np.int64).reshape(array.shape)
    if array.dtype.kind == "f":
        what = "NaN" if np.isnan(array).any() else f"{array.dtype}"
        raise Error(
            f"`{name}` is {what}, not integers",
            hints=["quantise it (attnc.quantize), or round it and give an integer dtype"],
        )
    if array.dtype.kind not in "iub":
        raise Error(
            f"`{name}` has the dtype {array.dtype}, which has no integers",
            hints=["give an integer dtype, such as int64"],
        )
    if array.dtype.kind == "u" and array.size and int(array.max()) > MOST:
        raise Error(f"`{name}` has an integer of more than 63 bits: {int(array.max())}")
    return np.ascontiguousarray(array, dtype=np.int64).reshape(array.shape)


def named(
    call: str,
    inputs: Mapping[str, ArrayLike] | None,
    more: Mapping[str, Any],
    takes: Mapping[str, Sequence[int]],
    options: Sequence[str] = (),
    explained: Iterable[str] = (),
) -> dict[str, NDArray[np.int64]]:
    """Tensors of a mapping and of keywords together, each name once.

    `call` is who takes them, `takes` the program's tensors with their shapes, `options` the other
    keywords of the call, `explained` names that the program says more of. Raises `Error` for
    another name, with that which was meant.
    """
    if inputs is not None and not isinstance(inputs, Mapping):
        said = f"{call} takes tensors by name, not {kind(inputs)}"
        raise Error(said, hints=[by_name(call, takes)])
    for name in [*(inputs or ()), *more]:
        if not isinstance(name, str):
            raise Error(f"{name!r} is no name of a tensor", hints=[by_name(call, takes)])
        if name not in takes and name not in explained:
            raise unknown(call, name, takes, options if name in more else ())
    both: dict[str, NDArray[np.int64]] = {}
    for given in (inputs or {}, more):
        for name, array in given.items():
            if name in both:
                raise Error(f"`{name}` is given twice, in a mapping and by keyword")
            both[name] = integers(name, array)
    return both


def kind(given: object) -> str:
    """What an argument is, in an error."""
    if isinstance(given, (str, PathLike)):
        return f"the path {str(given)!r}"
    if isinstance(given, np.ndarray):
        return "an array without a name"
    return f"{type(given).__name__} {given!r:.40}"


def by_name(call: str, takes: Mapping[str, Sequence[int]]) -> str:
    """How tensors are given."""
    name = next(iter(takes), "x")
    return f"give {call}({name}=array), or a mapping by name, such as numpy.load of an npz file"


def unknown(
    call: str, name: str, takes: Mapping[str, Sequence[int]], options: Sequence[str] = ()
) -> Error:
    """That nothing has this name, with what was meant and what there is."""
    meant = nearest(name, [*takes, *options])
    hints = []
    if meant is not None:
        hints.append(f"did you mean `{meant}{'=' if meant not in takes else ''}`?")
    if meant is None or meant in takes:
        hints.append(f"it takes {shaped(takes)}")
    return Error(f"{call} takes no tensor `{name}`", code="E079", hints=hints)


def shaped(tensors: Mapping[str, Sequence[int]]) -> str:
    """Names with their shapes."""
    return ", ".join(f"{name} {list(shape)}" for name, shape in tensors.items()) or "none"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was meant, if one is close."""
    ratios = [(SequenceMatcher(None, name, known).ratio(), known) for known in candidates]
    best = max(ratios, key=lambda both: both[0], default=(0.0, ""))
    return best[1] if best[0] >= 0.6 else None


def number(name: str, given: Any, least: float | None = None) -> float:
    """A real number that is neither NaN nor infinite, above `least`; raises `Error`."""
    fine = isinstance(given, Real) and not isinstance(given, bool) and bool(np.isfinite(given))
    if not fine or (least is not None and given <= least):
        above = "" if least is None else f" above {least:g}"
        raise Error(f"`{name}` is {given!r}: give a number{above}, such as {name}=16")
    return float(given)


def seeded(given: Any) -> int:
    """A seed; raises `Error`."""
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)):
        raise Error(f"`seed` is {given!r}: give an integer from 0")
    if not 0 <= given < 2**64:
        raise Error(f"`seed` is {given}: it must be from 0, and of 64 bits at most")
    return int(given)


def level(security: Any) -> str | None:
    """A security as the extension takes it: a setting's name, or a floor in whole bits."""
    if security is None or isinstance(security, str):
        return security
    if not isinstance(security, Real) or isinstance(security, bool) or security % 1 != 0:
        raise Error(f"`security` is {security!r}: give a setting's name, or whole bits, as 96")
    return str(int(security))


def text(name: str, given: Any) -> str | None:
    """A string, or None; raises `Error`."""
    if given is not None and not isinstance(given, str):
        raise Error(f"`{name}` is {given!r}: give a string")
    return given
