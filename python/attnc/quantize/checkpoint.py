"""Checkpoints of Llama models, of whatever format, as one `FloatLlama`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from .checks import NoFile, QuantizeError
from .float_llama import FloatLlama
from .gguf_file import read_gguf
from .llama2c import read_llama2c
from .state_dict import read_state_dict

Source = Union[str, "os.PathLike[str]", Mapping[str, Any], FloatLlama]


def read_llama(
    source: Source, config: Mapping[str, Any] | None = None, layers: int | None = None
) -> FloatLlama:
    """A Llama model from ``source``.

    ``source`` is a path or a mapping of Hugging Face's names to arrays (a PyTorch state dict). A
    path is a folder with ``config.json`` and ``model.safetensors``, one or several; a
    ``.safetensors`` file with ``config.json`` beside it; a ``.gguf`` file; or a ``.bin`` file of
    llama2.c, version 0. ``config`` has the fields of ``config.json``, for a mapping or in place
    of the file. ``layers`` reads only the first so many.

    Raises `QuantizeError` where the file is none of these, or a tensor is missing, unknown, of
    another shape or dtype, or not finite; `ImportError` where a format needs a package that is
    not installed.
    """
    if isinstance(source, FloatLlama):
        return source
    if isinstance(source, Mapping):
        return read_state_dict(source, config, layers)
    if not isinstance(source, (str, os.PathLike)):
        raise QuantizeError(
            f"a model is a path or a mapping of names to arrays, not a {type(source).__name__}: "
            "give model.state_dict()"
        )
    path = Path(source)
    if not path.exists():
        raise NoFile(f"there is no {path}")
    if path.is_dir() or path.suffix == ".safetensors":
        folder = path if path.is_dir() else path.parent
        return read_state_dict(read_safetensors(path), config or read_config(folder), layers)
    if config is not None:
        raise QuantizeError(f"config has no use for {path}: the file says its sizes itself")
    if path.suffix == ".gguf":
        return read_gguf(path, layers)
    if path.suffix == ".bin":
        return read_llama2c(path, layers)
    if path.suffix in (".pt", ".pth"):
        raise QuantizeError(
            f"{path} is PyTorch's: give torch.load(path, weights_only=True) and config"
        )
    raise QuantizeError(
        f"{path} is no .safetensors, .gguf or .bin file, nor a folder with model.safetensors"
    )


def read_config(folder: Path) -> Mapping[str, Any]:
    """``config.json`` of a folder."""
    path = folder / "config.json"
    if not path.is_file():
        raise NoFile(
            f"there is no {path}: give config, a mapping with the fields of that file"
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise QuantizeError(f"{path} is no JSON: {error}") from error
    if not isinstance(config, dict):
        raise QuantizeError(f"{path} is no object of JSON")
    return config


def read_safetensors(path: Path) -> Mapping[str, Any]:
    """All tensors of a file, or of all files of a folder, by name."""
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files:
        raise QuantizeError(f"{path} has no .safetensors file")
    try:
        import safetensors
    except ImportError as error:
        raise ImportError("safetensors files need a package: pip install safetensors") from error
    tensors = {}
    for file in files:
        try:
            for name, entry in safetensors.deserialize(file.read_bytes()):
                if name in tensors:
                    raise QuantizeError(f"{name} is in two files of {path}")
                tensors[name] = decoded(name, entry)
        except safetensors.SafetensorError as error:
            raise QuantizeError(f"{file} is no safetensors file: {error}") from error
    return tensors


def decoded(name: str, entry: Mapping[str, Any]) -> Any:
    """One tensor of a safetensors file as an array: F64, F32, F16 or BF16."""
    import numpy as np

    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
    kind = entry["dtype"]
    if kind not in kinds:
        raise QuantizeError(
            f"{name} has dtype {kind}: F64, F32, F16 or BF16 is needed; dequantise it first"
        )
    array = np.frombuffer(bytes(entry["data"]), kinds[kind]).reshape(entry["shape"])
    if kind == "BF16":
        # bfloat16 is the upper half of a float32.
        array = (array.astype("<u4") << 16).view("<f4")
    return array
