"""python -m attnc.quantize: integers of a Llama checkpoint or of one of its heads, and how near
they come."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .._errors import Error
from ..fidelity import Fidelity, fidelity
from .checkpoint import read_llama
from .checks import QuantizeError, whole
from .fit_llama import llama
from .float_llama import FloatLlama
from .integer_llama import IntegerLlama
from .quantized_llama import QuantizedLlama
from .softmax_head import head
from .tokenizer import read_tokenizer


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m attnc.quantize", description=(__doc__ or "").split(": ", 1)[1]
    )
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, says: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=says, description=says)
        made.add_argument(
            "checkpoint", help=".safetensors, .gguf, llama2.c's .bin, or a folder of safetensors"
        )
        made.add_argument(
            "--texts", type=Path, help="JSON: lists of token numbers, or strings with --tokenizer"
        )
        made.add_argument("--tokenizer", type=Path, help="a .gguf file, or a .bin file of llama2.c")
        made.add_argument("--json", type=Path, metavar="FILE", help="writes the fidelity as JSON")
        if name != "heads":
            made.add_argument("--html", type=Path, metavar="FILE", help="as a page, with a plot")
        return made

    model = verb(
        "llama", "Integers of a whole model, and their fidelity on texts that are held out"
    )
    model.add_argument(
        "-o", "--output", type=Path, required=True, help="the npz file, for attnc --fixed"
    )
    model.add_argument("--positions", type=int, help="how long a text may be")
    model.add_argument(
        "--headroom",
        type=float,
        default=1.15,
        help="what a measured range holds, times what was seen",
    )
    model.add_argument("--seed", type=int, default=0)

    one = verb("head", "Integers of one head: the first text calibrates, the others are held out")
    one.add_argument(
        "-o", "--output", type=Path, required=True, help="the npz file, for attnc --input"
    )
    one.add_argument("--layer", type=int, default=0)
    one.add_argument("--head", type=int, default=0)

    heads = verb("heads", "The same of every head: how near the output comes on the texts held out")
    for of in (one, heads):
        of.add_argument("--bits", type=int, default=10)
        of.add_argument("--entries", type=int, default=256)

    said = verb("fidelity", "How near a whole model's integers come to its checkpoint")
    said.add_argument("model", type=Path, help="the npz file")
    said.add_argument("-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE")
    said.add_argument(
        "--sampled",
        type=int,
        metavar="N",
        help="N texts that the model writes, in place of --texts",
    )
    said.add_argument(
        "--temperature", type=float, default=0.8, help="of what it writes; 0 is greedy"
    )
    said.add_argument("--tokens", type=int, help="how many a written text has, 256 if it may")
    said.add_argument(
        "--seed", type=int, default=100, help="of the first written text; the next has the next"
    )
    said.add_argument(
        "--against", type=Path, help="another npz file: how often the next tokens are the same"
    )
    return parser


def texts_of(given: argparse.Namespace) -> list[list[int]] | None:
    """The texts of --texts as token numbers."""
    if given.texts is None:
        return None
    try:
        texts = json.loads(given.texts.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuantizeError(f"{given.texts}: {error}") from error
    if not isinstance(texts, list) or not texts:
        raise QuantizeError(f"{given.texts} is no list of texts")
    if not any(isinstance(text, str) for text in texts):
        return texts
    if given.tokenizer is None:
        raise QuantizeError(f"{given.texts} has strings: give --tokenizer")
    encode = read_tokenizer(given.tokenizer).encode
    return [encode(text) if isinstance(text, str) else text for text in texts]


def say(given: argparse.Namespace, of: Fidelity) -> None:
    """Prints the fidelity, and writes it where it was asked for."""
    print(of)
    if given.json:
        given.json.write_text(of.to_json() + "\n", encoding="utf-8")
    if given.html:
        head = "<!doctype html><meta charset='utf-8'><title>fidelity</title>"
        given.html.write_text(f"{head}{of._repr_html_()}\n", encoding="utf-8")


def quantize_llama(given: argparse.Namespace) -> None:
    made = llama(
        given.checkpoint,
        texts_of(given),
        positions=given.positions,
        headroom=given.headroom,
        seed=given.seed,
    )
    made.save(given.output)
    flags = " ".join(f"-p {name}={value}" for name, value in made.parameters.items())
    print(f"{given.output}: {flags}")
    try:
        made.stories_parameters()
        print("examples/stories260k.attn and attnc/quantize/llama.attn take it")
    except QuantizeError as error:
        print(f"attnc/quantize/llama.attn takes it, with these parameters: {error}")
    for bound in made.bounds:
        print(f"  {bound}")
    say(given, made.report)


def texts_of_head(given: argparse.Namespace) -> list[list[int]]:
    texts = texts_of(given)
    if texts is None or len(texts) < 2:
        raise QuantizeError(
            "give --texts with two texts or more: the first calibrates, the others are held out"
        )
    return texts


def quantize_heads(given: argparse.Namespace) -> None:
    texts = texts_of_head(given)
    model = read_llama(given.checkpoint)
    computed = [model.forward(text, layers=model.config.layers)[0] for text in texts]
    found = []
    for layer in range(model.config.layers):
        for number in range(model.config.heads):
            triples = [model.head_of(layers[layer], number) for layers in computed]
            made = head(*triples[0], bits=given.bits, entries=given.entries)
            row = fidelity(made, triples[1:]).rows[-1]
            found.append({**asdict(row), "layer": layer, "head": number})
    cosines = [row["cosine"] for row in found]
    least = found[int(np.argmin(cosines))]
    print(f"{len(found)} heads, {sum(len(text) for text in texts[1:])} positions held out")
    print(f"cosine of the output: mean {np.mean(cosines):.6f}, least {least['cosine']:.6f}")
    print(f"the least is of layer {least['layer']}, head {least['head']}")
    print(f"{sum(cosine >= 0.998 for cosine in cosines)} heads have 0.998 or more")
    if given.json:
        given.json.write_text(json.dumps(found) + "\n", encoding="utf-8")


def quantize_head(given: argparse.Namespace) -> None:
    texts = texts_of_head(given)
    model = read_llama(given.checkpoint, layers=given.layer + 1 if given.layer >= 0 else None)
    triples = [model.head(text, given.layer, given.head) for text in texts]
    made = head(*triples[0], bits=given.bits, entries=given.entries)
    made.save(given.output, made.integers(*triples[1]))
    print(f"{given.output}, the second text: {' '.join(made.flags(len(texts[1])))}")
    clipped = sum(made.clipped(*triple) for triple in triples[1:])
    print(f"clipped: {clipped} elements of the texts held out")
    say(given, fidelity(made, triples[1:]))


def integers_of(path: Path, pairs: Sequence[str]) -> IntegerLlama:
    parameters: dict[str, int] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if not value.lstrip("-").isdigit():
            raise QuantizeError(f"-p {pair}: a name, = and an integer are needed")
        parameters[name] = int(value)
    return IntegerLlama.load(
        path, **{name: value for name, value in parameters.items() if name != "steps"}
    )


def written(model: FloatLlama, given: argparse.Namespace) -> list[list[int]]:
    """Texts that the model writes from token 1."""
    whole("--sampled", given.sampled, 1, 2**16)
    most = model.config.positions
    length = min(256, most) if given.tokens is None else whole("--tokens", given.tokens, 1, most)
    numbers = range(given.sampled)
    return [
        model.generate([1], length, given.temperature, given.seed + number) for number in numbers
    ]


def quantized_fidelity(given: argparse.Namespace) -> None:
    if (given.texts is None) == (given.sampled is None):
        raise QuantizeError("give either --texts or --sampled")
    model = read_llama(given.checkpoint)
    made = QuantizedLlama(model, integers_of(given.model, given.parameters))
    texts: Any = texts_of(given) if given.sampled is None else written(model, given)
    say(given, fidelity(made, texts))
    if given.against:
        other = integers_of(given.against, given.parameters)
        same = np.concatenate([made.run(text) == other.run(text) for text in texts])
        print(
            f"the same next token as {given.against.name}: {100 * same.mean():.2f} % "
            f"of {len(same):,}"
        )


def main(words: Sequence[str] | None = None) -> int:
    """The command; 0, or 1 with a message on standard error."""
    given = arguments().parse_args(words)
    verbs = {
        "llama": quantize_llama,
        "head": quantize_head,
        "heads": quantize_heads,
        "fidelity": quantized_fidelity,
    }
    try:
        verbs[given.verb](given)
    except (Error, ImportError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
