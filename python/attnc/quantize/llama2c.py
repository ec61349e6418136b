"""Files of llama2.c: checkpoints of version 0, and their tokenizers.

Formats: https://github.com/karpathy/llama2.c, `export.py` (legacy_export) and `tokenizer.py`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .checks import QuantizeError
from .float_llama import FloatLlama, LlamaConfig
from .state_dict import first_layers


def read_llama2c(path: Path, layers: int | None = None) -> FloatLlama:
    """The model of a checkpoint: seven int32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads,
    vocab_size, seq_len), then float32 arrays. eps is 1e-5 and theta 10000, which llama2.c has as
    constants."""
    data = path.read_bytes()
    if len(data) < 28:
        raise QuantizeError(f"{path} has {len(data)} bytes: too short for a checkpoint of llama2.c")
    dim, inner, count, heads, groups, vocabulary, positions = struct.unpack_from("<7i", data)
    if dim == 0x616B3432:
        raise QuantizeError(f"{path} is of a later version of llama2.c: export it with --version 0")
    tied, vocabulary = vocabulary > 0, abs(vocabulary)
    sizes_make_sense = (
        min(dim, inner, count, heads, groups, vocabulary, positions) > 0 and dim % heads == 0
    )
    if not sizes_make_sense:
        raise QuantizeError(f"{path} does not begin as a checkpoint of llama2.c, version 0")
    width = dim // heads
    config = LlamaConfig(count, dim, heads, groups, width, inner, vocabulary, positions)
    shape = config.shapes
    order: list[tuple[str, tuple[int, ...]]] = [
        *((name, shape[name]) for name in ("embed", "norm1", "wq", "wk", "wv", "wo", "norm2")),
        *((name, shape[name]) for name in ("w1", "w2", "w3", "norm")),
        ("cos", (positions, width // 2)),
        ("sin", (positions, width // 2)),
    ]
    if not tied:
        order.append(("head", shape["head"]))
    expected = 28 + 4 * sum(int(np.prod(size)) for _, size in order)
    if len(data) != expected:
        raise QuantizeError(
            f"{path} has {len(data)} bytes: its sizes need {expected}; the file is damaged"
        )
    arrays: dict[str, np.ndarray] = {}
    at = 28
    for name, size in order:
        elements = int(np.prod(size))
        arrays[name] = np.frombuffer(data, "<f4", elements, at).reshape(size)
        at += 4 * elements
    if tied:
        arrays["head"] = arrays["embed"]
    return first_layers(config, arrays, layers)


class Llama2cTokenizer:
    """A tokenizer of llama2.c: byte pairs by score. Token 1 begins a text, token 2 ends it."""

    def __init__(self, path: str | Path) -> None:
        data = Path(path).read_bytes()
        self.pieces: list[bytes] = []
        self.scores: list[float] = []
        at = 4
        try:
            while at < len(data):
                score, length = struct.unpack_from("<fi", data, at)
                if length < 0 or at + 8 + length > len(data):
                    raise QuantizeError(
                        f"{path} is damaged at byte {at}: a piece of {length} bytes"
                    )
                self.pieces.append(data[at + 8 : at + 8 + length])
                self.scores.append(score)
                at += 8 + length
        except struct.error:
            raise QuantizeError(f"{path} is damaged: it ends within a piece") from None
        if len(self.pieces) < 259:
            raise QuantizeError(
                f"{path} has {len(self.pieces)} pieces: a tokenizer of llama2.c has 259 or more"
            )
        self.number = {piece: n for n, piece in reversed(list(enumerate(self.pieces)))}

    def encode(self, text: str) -> list[int]:
        """Token numbers of a text, the first 1: `encode` of llama2.c's `run.c`."""
        tokens: list[int] = []
        for character in (" " + text) if text else "":
            piece = character.encode("utf-8")
            # Bytes follow three special tokens.
            tokens += [self.number[piece]] if piece in self.number else [byte + 3 for byte in piece]
        while True:
            best, where = -np.inf, -1
            for i in range(len(tokens) - 1):
                joined = self.number.get(self.pieces[tokens[i]] + self.pieces[tokens[i + 1]])
                if joined is not None and self.scores[joined] > best:
                    best, where = self.scores[joined], i
            if where < 0:
                return [1, *tokens]
            joined = self.number[self.pieces[tokens[where]] + self.pieces[tokens[where + 1]]]
            tokens[where : where + 2] = [joined]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token numbers; special tokens are left out."""
        data = b"".join(
            bytes([token - 3]) if 3 <= token < 259 else self.pieces[token]
            for token in tokens
            if token > 2
        )
        return data.decode("utf-8", "replace").lstrip(" ")
