"""Values of which a dimension grows with a step: which, and where their elements stand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = r"[\w#.]+"


def growing_axis(program: Any, name: str) -> int | None:
    """Which index of a program's value grows, from the end as -1, -2, ...; 0 where none does, None
    where that is not known.

    `Program.run` gives what grows flat and does not say so: the program's canonical text does. An
    index grows that runs over a cache, or up to the index of a step or a layer.
    """
    from ._program import Program

    if not isinstance(program, Program):
        return None
    source = re.sub(r"//.*", "", program.source)
    # A state with a shape is carried: it does not grow.
    caches = re.findall(rf"\bstate\s+({NAME})\s*=", source)
    turns = re.findall(rf"\b(?:step|layer)\s+({NAME})\s+in\b", source)
    ends = "|".join(map(re.escape, [*caches, *turns]))
    if not ends:
        return 0
    over = re.compile(rf"\bin\s[^,{{]*(?<![\w#.])(?:{ends})(?![\w#.])")
    names = [name, re.sub(r"#\d+$", "", name)]
    for of in dict.fromkeys(names):
        defines = rf"(?<![\w#.]){re.escape(of)}\[([^\]]*)\]\s*(?::[^=]*)?=(?!=)"
        for indices in re.finditer(defines, source):
            each = indices[1].split(",")
            for at, index in enumerate(each):
                if over.search(index):
                    return at - len(each)
    # A `for` over a cache gives all that is in it an index of it.
    loops = re.findall(r"\bfor\s+[^{]*", source)
    return None if any(over.search(loop) for loop in loops) else 0


def places(shape: tuple[int, ...], count: int, axis: int | None) -> list[NDArray[np.bool_]]:
    """Where the `count` elements of a value that grows to `shape` may stand: masks of this shape.

    One dimension grows by 1 with the index of one before it, and has its size at the last: of
    `[n, m]` those exist with j <= i + m - n. `axis`: which one grows, None for any.
    """
    found: list[NDArray[np.bool_]] = []
    total = int(np.prod(shape))
    for second in range(1, len(shape)):
        if axis is not None and second != len(shape) + axis:
            continue
        for first in range(second):
            steps, most = shape[first], shape[second]
            if most < steps - 1 or not total:
                continue
            # A part of all, (steps - 1) / (2 most), does not exist.
            if 2 * most * (total - count) != total * (steps - 1):
                continue
            at = np.indices((steps, most))
            two = at[1] <= at[0] + most - steps
            of_two = [1] * len(shape)
            of_two[first], of_two[second] = steps, most
            mask = np.broadcast_to(two.reshape(of_two), shape)
            if not any(np.array_equal(mask, known) for known in found):
                found.append(mask)
    return found
