"""What is asked of arrays and numbers that come from outside: one door for all of the package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Union

import numpy as np

from .._errors import Error

# A text: a list or an array of token numbers.
TokenNumbers = Union[Sequence[int], np.ndarray]


class QuantizeError(Error):
    """What was given cannot be quantised; the message names it and says what to do."""


class NoFile(QuantizeError, FileNotFoundError):
    """A file that is not there: an `OSError` too."""


def as_array(name: str, given: Any) -> np.ndarray:
    """``given`` as a NumPy array: what ``numpy.asarray`` takes, or a PyTorch tensor.

    A PyTorch tensor is detached and moved to the processor; bfloat16, which NumPy has not,
    becomes float32.
    """
    if np.ma.is_masked(given):
        raise QuantizeError(f"{name} is a masked array, whose mask would be lost: give it whole")
    if hasattr(given, "detach"):
        given = given.detach()
        if hasattr(given, "cpu"):
            given = given.cpu()
        if "bfloat16" in str(getattr(given, "dtype", "")) and hasattr(given, "float"):
            given = given.float()
        if hasattr(given, "numpy"):
            given = given.numpy()
    try:
        array = np.asarray(given)
    except Exception as error:
        raise QuantizeError(f"{name} is no array: {error}") from error
    if array.dtype == object:
        raise QuantizeError(f"{name} is no array of numbers: it is a {type(given).__name__}")
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    return array


def real(name: str, given: Any, shape: Sequence[int | None] | None = None) -> np.ndarray:
    """``given`` as float64, all finite, of ``shape`` (None: any size of that dimension)."""
    array = as_array(name, given)
    if array.dtype.kind != "f":
        raise QuantizeError(
            f"{name} has dtype {array.dtype}: real numbers are needed "
            "(float16, bfloat16, float32 or float64)"
            + (
                "; dequantise it, or give the model before it was quantised"
                if array.dtype.kind in "iu"
                else ""
            )
        )
    check_shape(name, array.shape, shape)
    finite = np.isfinite(array)
    if not finite.all():
        at = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise QuantizeError(
            f"{name} has {array.size - int(finite.sum())} elements that are NaN or infinite, "
            f"the first at {list(at)}: {array[at]}; look for what made it"
        )
    return array.astype(np.float64)


def check_shape(name: str, found: tuple[int, ...], shape: Sequence[int | None] | None) -> None:
    """Refuses ``found`` unless it is ``shape``, in which None is any size."""
    if shape is None:
        return
    same = len(found) == len(shape) and all(b is None or a == b for a, b in zip(found, shape))
    if not same:
        if all(size is None for size in shape):
            wanted = f"{len(shape)} dimensions, of any size"
        else:
            wanted = f"[{', '.join('any size' if size is None else str(size) for size in shape)}]"
        raise QuantizeError(f"{name} has shape {list(found)}, not {wanted}")


def whole(name: str, given: Any, least: int, most: int) -> int:
    """``given`` as an integer of ``least..=most``."""
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)):
        raise QuantizeError(f"{name} is {given!r}: an integer from {least} to {most} is needed")
    if not least <= given <= most:
        raise QuantizeError(f"{name} is {given}: it must be from {least} to {most}")
    return int(given)


def number(name: str, given: Any, least: float, most: float) -> float:
    """``given`` as a real number of ``least..=most``."""
    if isinstance(given, bool) or not isinstance(given, (int, float, np.integer, np.floating)):
        raise QuantizeError(f"{name} is {given!r}: a number from {least:g} to {most:g} is needed")
    if not least <= given <= most:
        raise QuantizeError(f"{name} is {given}: it must be from {least:g} to {most:g}")
    return float(given)


def token_lists(name: str, texts: Any, vocabulary: int) -> list[np.ndarray]:
    """Texts as arrays of token numbers (int64), each of at least one token, all below
    ``vocabulary``."""
    if isinstance(texts, (str, bytes)):
        raise QuantizeError(
            f"{name} is a text: give lists of token numbers, tokenizer.encode(text) of each"
        )
    try:
        given = list(texts)
    except TypeError:
        raise QuantizeError(
            f"{name} is {texts!r}: a list of lists of token numbers is needed"
        ) from None
    if given and isinstance(given[0], (int, np.integer)):
        raise QuantizeError(f"{name} is one text: give a list of texts, [tokens]")
    if not given:
        raise QuantizeError(f"{name} has no text")
    return [
        token_list(f"{name}[{number}]", text, vocabulary) for number, text in enumerate(given)
    ]


def token_list(what: str, text: Any, vocabulary: int) -> np.ndarray:
    """One text as an array of token numbers (int64), at least one, all below ``vocabulary``."""
    if isinstance(text, (str, bytes)):
        raise QuantizeError(f"{what} is a string: give its token numbers, tokenizer.encode(text)")
    tokens = as_array(what, text)
    if tokens.ndim != 1 or tokens.size == 0 or tokens.dtype.kind not in "iu":
        raise QuantizeError(
            f"{what} has shape {list(tokens.shape)} and dtype {tokens.dtype}: "
            "a list of one or more token numbers is needed"
        )
    wrong = (tokens < 0) | (tokens >= vocabulary)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise QuantizeError(
            f"{what} has the token {tokens[at]} at {at}: the vocabulary is 0 to {vocabulary - 1}"
        )
    return tokens.astype(np.int64)


def runs(program: Any) -> None:
    """Refuses what is no program: all that is asked of one is a method `run`."""
    if not callable(getattr(program, "run", None)):
        raise QuantizeError(
            f"a {type(program).__name__} is no program, it has no run: give "
            "attnc.Program.load(path), or made.program(steps)"
        )


def known(what: str, given: Iterable[str], names: Iterable[str]) -> None:
    """Refuses the first of ``given`` that is none of ``names``."""
    names = list(names)
    for name in given:
        if name not in names:
            raise QuantizeError(f"unknown {what} {name!r}: there are {', '.join(names)}")
