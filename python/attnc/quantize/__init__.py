"""From a model in real numbers to a program's integers, and how well it went.

`head` makes the inputs of `examples/head.attn` from one softmax head; `llama` the fixed inputs
of `llama.attn`, the program beside this file, from a checkpoint. `read_llama` reads the
checkpoint, `read_tokenizer` the tokenizer of a GGUF file or of llama2.c. What is here needs
NumPy alone; safetensors and GGUF files the packages of these names.

In reading order: `checks` (what is asked of what comes in), `float_llama` (the real model),
`checkpoint` with `state_dict`, `config_json`, `gguf_file` and `llama2c` (where it comes from),
`integer_llama` (the program's meaning), `units`, `calibration`, `fit_llama` (how integers are
found), `quantized_llama` (what comes out), `softmax_head`, `reference` (real numbers as files).
"""

from .checkpoint import read_llama
from .checks import QuantizeError
from .fit_llama import llama
from .float_llama import FloatLlama, LlamaConfig
from .integer_llama import IntegerLlama, OutOfRange
from .quantized_llama import QuantizedLlama
from .reference import save_reference
from .softmax_head import QuantizedHead, head
from .tokenizer import read_tokenizer
from .units import Units, units_of

__all__ = [
    "FloatLlama",
    "IntegerLlama",
    "LlamaConfig",
    "OutOfRange",
    "QuantizeError",
    "QuantizedHead",
    "QuantizedLlama",
    "Units",
    "head",
    "llama",
    "read_llama",
    "read_tokenizer",
    "save_reference",
    "units_of",
]
