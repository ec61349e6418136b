from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION: str

_Named = list[tuple[str, NDArray[np.int64]]]
_Info = tuple[str, bool, list[int], tuple[int, int]]
_Chosen = tuple[str | None, str | None, str | None, str | None, float | None]

class Program:
    @staticmethod
    def load(path: str, params: list[tuple[str, int]]) -> Program: ...
    @staticmethod
    def compile(source: str, file: str, params: list[tuple[str, int]]) -> Program: ...
    name: str
    params: list[tuple[str, int]]
    digest: str
    source: str
    inputs: list[_Info]
    outputs: list[_Info]
    fixed: list[_Info]
    tables: list[str]
    plans: list[str]
    def with_fixed(self, fixed: _Named) -> Program: ...
    def with_sampled(self, seed: int) -> Program: ...
    def run(self, given: _Named, show: list[str]) -> _Named: ...
    def sample(self, seed: int) -> str: ...
    def key(self, tables: _Named, chosen: _Chosen) -> Key: ...
    def inspect(self, tables: _Named, chosen: _Chosen) -> str: ...
    def explore(self, tables: _Named, chosen: _Chosen) -> str: ...

class Key:
    @staticmethod
    def parse(bytes: bytes) -> Key: ...
    def to_json(self) -> str: ...
    program: Program
    fixed: list[tuple[str, str]]
    def with_fixed(self, fixed: _Named) -> Key: ...
    def prove(
        self, given: _Named, security: str | None, context: str, part: str | None, watch: Any
    ) -> bytes: ...

class Verdict:
    def to_json(self) -> str: ...
    def tensors(self) -> list[tuple[str, bool, NDArray[np.int64]]]: ...

def verify(
    proof: bytes,
    key: Key,
    expected: str | None,
    context: str | None,
    min_security: float,
    min_proven_security: float,
    whole: bool,
) -> Verdict: ...
