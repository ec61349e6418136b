"""Texts as token numbers: tokenizers of llama2.c and the byte pairs of GGUF files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .checks import NoFile, QuantizeError
from .gguf_file import open_gguf
from .llama2c import Llama2cTokenizer

# GPT-2's pieces (https://github.com/openai/gpt-2, `encoder.py`), in the words of `re`.
PIECES = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+",
)


def byte_letters() -> dict[int, str]:
    """GPT-2's letter for every byte: those that print stand for themselves."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printed]
    return {**{b: chr(b) for b in printed}, **{b: chr(256 + n) for n, b in enumerate(others)}}


class BytePairs:
    """Byte-level byte-pair encoding, as GPT-2's; with ``digits`` each digit is a piece."""

    def __init__(
        self, tokens: Sequence[str], merges: Sequence[str], first: Sequence[int], digits: bool
    ) -> None:
        self.tokens, self.first, self.digits = list(tokens), list(first), digits
        self.number = {token: n for n, token in enumerate(self.tokens)}
        self.rank = {tuple(merge.split(" ")): n for n, merge in enumerate(merges)}
        self.letters = byte_letters()
        self.bytes = {letter: byte for byte, letter in self.letters.items()}

    def encode(self, text: str) -> list[int]:
        """Token numbers of a text, behind ``first``; special tokens of the text are text."""
        found = list(self.first)
        for part in re.split(r"(\d)", text) if self.digits else [text]:
            for piece in PIECES.findall(part):
                found += self.joined([self.letters[byte] for byte in piece.encode("utf-8")])
        return found

    def joined(self, parts: list[str]) -> list[int]:
        """One piece's tokens: the pair of least rank is joined first."""
        while len(parts) > 1:
            ranks = [self.rank.get(pair, len(self.rank)) for pair in zip(parts, parts[1:])]
            at = min(range(len(ranks)), key=ranks.__getitem__)
            if ranks[at] == len(self.rank):
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        for part in parts:
            if part not in self.number:
                raise QuantizeError(f"the tokenizer has no token {part!r}")
        return [self.number[part] for part in parts]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token numbers; what is no byte's letter stands for itself."""
        data = b""
        for token in tokens:
            for letter in self.tokens[token]:
                data += (
                    bytes([self.bytes[letter]]) if letter in self.bytes else letter.encode("utf-8")
                )
        return data.decode("utf-8", "replace")


def read_tokenizer(path: str | os.PathLike[str]) -> BytePairs | Llama2cTokenizer:
    """The tokenizer of a GGUF file (byte pairs as GPT-2's), or of llama2.c (a ``.bin`` file)."""
    path = Path(path)
    if not path.is_file():
        raise NoFile(f"there is no {path}")
    if path.suffix == ".bin":
        return Llama2cTokenizer(path)
    if path.suffix != ".gguf":
        raise QuantizeError(
            f"{path} is no .gguf file and no .bin file of llama2.c: give token numbers"
        )
    reader = open_gguf(path)

    def field(name: str) -> Any:
        found = reader.get_field(f"tokenizer.ggml.{name}")
        return None if found is None else found.contents()

    if field("model") != "gpt2" or field("pre") not in ("smollm", "gpt-2"):
        raise QuantizeError(
            f"{path} has a tokenizer {field('model')!r}, {field('pre')!r}: "
            "only byte pairs of GPT-2 and SmolLM are read; give token numbers"
        )
    first = [field("bos_token_id")] if field("add_bos_token") else []
    return BytePairs(field("tokens"), field("merges"), first, digits=field("pre") == "smollm")
