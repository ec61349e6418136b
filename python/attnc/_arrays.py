"""Arrays as attnc takes them: 64-bit integers in C order."""

from __future__ import annotations

from collections.abc import Mapping
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
    inputs: Mapping[str, ArrayLike] | None, more: Mapping[str, Any]
) -> dict[str, NDArray[np.int64]]:
    """Tensors of a mapping and of keywords together, each name once."""
    both: dict[str, NDArray[np.int64]] = {}
    for given in (inputs or {}, more):
        for name, array in given.items():
            if name in both:
                raise Error(f"`{name}` is given twice, in `inputs` and by keyword")
            both[name] = integers(name, array)
    return both
