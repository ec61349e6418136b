#!/usr/bin/env python3
"""The first layers of a model as a model of their own: tensors cut along their first axis.

    python3 examples/model_study/first_layers.py MODEL.npz 1 2 3 -o FOLDER

writes FOLDER/layers_1.npz, layers_2.npz, layers_3.npz. With L layers `eps` and `fx` have 2L + 1
entries, the last for the norm behind the layers. The standard library is enough: an array in a file
of NumPy is a header and its elements in order, of which the first rows are the first bytes.
"""

import argparse
import ast
import sys
import zipfile
from pathlib import Path

BY_LAYER = ["wq", "wk", "wv", "wo", "w1", "w3", "w2", "lo", "l2"]
BY_SITE = ["eps", "fx"]
WHOLE = ["embed", "wf", "cos", "sin", "weight", "silu"]


def read(data):
    """The header of a .npy file and its elements' bytes (format version 1)."""
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError("not a .npy file of version 1")
    end = 10 + int.from_bytes(data[8:10], "little")
    header = ast.literal_eval(data[10:end].decode("latin1"))
    if header["fortran_order"]:
        raise ValueError("its elements stand in Fortran's order")
    return header, data[end:]


def cut(data, rows):
    """The same .npy file with the first `rows` rows."""
    header, elements = read(data)
    of, *rest = header["shape"]
    header["shape"] = (rows, *rest)
    text = repr(header)
    text = text + " " * (-(len(text) + 11) % 64) + "\n"
    start = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode("latin1")
    return start + elements[: len(elements) // of * rows]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("model", type=Path, help="the model's model.npz")
    arguments.add_argument("layers", type=int, nargs="+", help="how many layers a file has")
    arguments.add_argument(
        "-o", "--output", type=Path, required=True, help="the folder to write into"
    )
    given = arguments.parse_args()
    try:
        with zipfile.ZipFile(given.model) as file:
            arrays = {name.removesuffix(".npy"): file.read(name) for name in file.namelist()}
        if set(arrays) != {*BY_LAYER, *BY_SITE, *WHOLE}:
            raise ValueError(f"it has the tensors {', '.join(sorted(arrays))}")
        most = read(arrays["wq"])[0]["shape"][0]
        for layers in given.layers:
            if not 1 <= layers <= most:
                raise ValueError(f"{layers} layers: it has {most}, and one is the least")
            rows = {name: layers for name in BY_LAYER} | {name: 2 * layers + 1 for name in BY_SITE}
            with zipfile.ZipFile(
                given.output / f"layers_{layers}.npz", "w", zipfile.ZIP_DEFLATED
            ) as file:
                for name, data in arrays.items():
                    # A fixed date: the same tensors are the same file.
                    there = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
                    there.compress_type = zipfile.ZIP_DEFLATED
                    file.writestr(there, cut(data, rows[name]) if name in rows else data)
    except (OSError, ValueError, zipfile.BadZipFile) as wrong:
        sys.exit(f"{given.model}: {wrong}")


if __name__ == "__main__":
    main()
