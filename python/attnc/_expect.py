"""What a proof is expected to show, held against it in arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._arrays import by_name, integers, kind, nearest, shaped
from ._errors import Error

if TYPE_CHECKING:
    from ._key import Verdict
    from ._program import Program


def wanted(
    expect: Mapping[str, ArrayLike] | None, program: Program
) -> dict[str, NDArray[np.int64]]:
    """Arrays of the shapes that the program's public tensors have; raises `Error` for another name
    or another shape."""
    if expect is None:
        return {}
    both = [*program.inputs, *program.outputs]
    public = {tensor.name: tensor.shape for tensor in both if tensor.public}
    if not isinstance(expect, Mapping):
        raise Error(
            f"`expect` is {kind(expect)}, not tensors by name",
            hints=[by_name("expect=dict", public)],
        )
    arrays = {}
    for name, given in expect.items():
        if name in {tensor.name for tensor in both if not tensor.public}:
            raise Error(f"`{name}` is private: no proof shows it", hints=[_there(public)])
        if name not in public:
            meant = nearest(str(name), public)
            hints = [f"did you mean `{meant}`?"] if meant else []
            raise Error(
                f"`{program.name}` has no public tensor `{name}`", hints=[*hints, _there(public)]
            )
        array = arrays[name] = integers(name, given)
        if array.shape != public[name]:
            raise Error(
                f"`{name}` is expected in the shape {list(array.shape)}, "
                f"and has {list(public[name])} in the program"
            )
    return arrays


def _there(public: Mapping[str, tuple[int, ...]]) -> str:
    return f"its public tensors are {shaped(public)}"


def compare(arrays: Mapping[str, NDArray[np.int64]], verdict: Verdict) -> None:
    """Raises `Error` where the proof does not show a tensor, or shows another."""
    shown = {**verdict.inputs, **verdict.outputs}
    for name, array in arrays.items():
        if name not in shown:
            lacking = ", ".join(verdict.missing)
            raise Error(
                f"`{name}` is expected, and not shown here: the proofs of {lacking} are missing",
                hints=["prove all parts, Key.prove without part=, or do not expect it"],
            )
        # Flat where a dimension grows: the same elements in the same order.
        found = shown[name].reshape(-1)
        differs = np.flatnonzero(found != array.reshape(-1))
        if differs.size:
            first = int(differs[0])
            at = [int(i) for i in np.unravel_index(first, array.shape)]
            element = f"{name}{at}" if at else name
            count = f"; {differs.size} of {array.size} elements differ" if array.size > 1 else ""
            raise Error(
                f"the proof shows another `{name}` than is expected: {element} is {found[first]} "
                f"in the proof, {array.flat[first]} is expected{count}"
            )
