"""Values of which a dimension grows with a step: which, and where their elements stand."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = r"[\w#.]+"
Axes = tuple[int, ...]


def growing_axes(program: Any, name: str) -> Axes | None:
    """Of a program's value the dimension with whose index another grows, and that which grows;
    empty where none does, None where that is not known.

    `Program.run` gives what grows flat and does not say so: the program's canonical text does. A
    dimension grows that runs over a cache, with the step, or up to another index. Those of the
    loops around a value come first, then its own.
    """
    from ._program import Program

    if not isinstance(program, Program):
        return None
    source = re.sub(r"//.*", "", program.source)
    # A state with a shape is carried: it does not grow.
    caches = set(re.findall(rf"\bstate\s+({NAME})\s*=", source))
    # Of values that blocks call alike `x#2` is the second.
    alike = re.fullmatch(r"(.*)#(\d+)", name)
    for of, number in [(name, 1), *([(alike[1], int(alike[2]))] if alike else [])]:
        defines = rf"(?<![\w#.]){re.escape(of)}(?:\[([^\]]*)\])?[ \t]*(?::[^=\n]*)?=(?![=])"
        for found in list(re.finditer(defines, source))[number - 1 : number]:
            around = loops(source[: found.start()])
            own = [*re.findall(rf"({NAME}) in ([^\[\]]*?)(?=, {NAME} in |$)", found[1] or "")]
            variables = [variable for _, variable, _ in around] + [index for index, _ in own]
            ends = [end for *_, end in around] + [end for _, end in own]
            steps = [at for at, (kind, *_) in enumerate(around) if kind == "step"]
            for second, end in enumerate(ends):
                words = re.findall(NAME, end.replace("..", " "))
                if steps and caches.intersection(words):
                    return steps[0], second
                for first in range(second):
                    if variables[first] in words:
                        return first, second
    return ()


def loops(before: str) -> list[tuple[str, str, str]]:
    """The loops that are open at the end of a text: kind, index, and what it runs over."""
    opened: list[tuple[str, str, str] | None] = []
    for brace in re.finditer(r"[{}]", before):
        if brace[0] == "}":
            opened.pop()
            continue
        line = re.split(r"[{}\n]", before[: brace.start()])[-1]
        loop = re.search(rf"\b(step|layer|for)\s+({NAME})\s+in\s+(.*)$", line.rstrip())
        opened.append((loop[1], loop[2], loop[3]) if loop else None)
    return [loop for loop in opened if loop is not None]


def places(shape: tuple[int, ...], count: int, axes: Axes | None) -> list[NDArray[np.bool_]]:
    """Where the `count` elements of a value that grows to `shape` may stand: masks of this shape.

    One dimension grows by 1 with the index of one before it, and has its size at the last: of
    `[n, m]` those exist with j <= i + m - n. `axes`: these two, None for any.
    """
    found: list[NDArray[np.bool_]] = []
    total = int(np.prod(shape))
    for second in range(1, len(shape)):
        for first in range(second):
            steps, most = shape[first], shape[second]
            if (axes is not None and axes != (first, second)) or most < steps - 1 or not total:
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
