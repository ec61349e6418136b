"""attnc: compiles attention circuits to STARK proofs, proves and verifies them.

    import attnc, numpy as np

    p = attnc.Program.load("head.attn", steps=32)
    out = p.run(query=q, key=k, value=v, weight=w)          # exact integers, by name
    key = p.key(weight=w)                                   # binds program, tables, fixed inputs
    proof = key.prove(query=q, key=k, value=v, weight=w, context="request 7")
    attnc.verify(proof, key, expect={"context": out.context}, context="request 7")
"""

try:
    from ._attnc import VERSION as __version__
except ModuleNotFoundError as error:
    raise ImportError("attnc's extension module is not built: pip install ./python") from error

from . import quantize
from ._errors import Error
from ._key import STEPS, Key, Proof, Verdict, verify
from ._program import (
    Exploration,
    Inspection,
    Outputs,
    Program,
    TensorInfo,
    compile,
)
from ._sweep import Sweep, sweep
from .fidelity import Fidelity, fidelity

__all__ = [
    "STEPS",
    "Error",
    "Exploration",
    "Fidelity",
    "Inspection",
    "Key",
    "Outputs",
    "Program",
    "Proof",
    "Sweep",
    "TensorInfo",
    "Verdict",
    "__version__",
    "compile",
    "fidelity",
    "quantize",
    "sweep",
    "verify",
]

# What is public is of `attnc`, wherever it stands: so tracebacks and help say it.
for _name in __all__:
    if callable(globals()[_name]):
        globals()[_name].__module__ = __name__
del _name
