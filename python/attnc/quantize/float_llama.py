"""A Llama model in real numbers: its arrays, and all that it computes, by name and layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .checks import QuantizeError, TokenNumbers, number, real, token_list, whole

Tensors = dict[str, np.ndarray]

# What a layer computes, in order, by the names of the program; the last is what it leaves.
LAYER_TENSORS = ("n1", "q", "k", "v", "o", "m", "n2", "a", "u", "h", "more")


@dataclass(frozen=True)
class LlamaConfig:
    """Sizes of a Llama model. ``positions`` is how many a text may have."""

    layers: int
    hidden: int
    heads: int
    groups: int
    width: int
    inner: int
    vocabulary: int
    positions: int
    eps: float = 1e-5
    theta: float = 10000.0

    def __post_init__(self) -> None:
        for name in (
            "layers",
            "hidden",
            "heads",
            "groups",
            "width",
            "inner",
            "vocabulary",
            "positions",
        ):
            whole(name, getattr(self, name), 1, 2**24)
        if self.heads % self.groups:
            raise QuantizeError(
                f"{self.heads} heads of queries do not share {self.groups} heads of keys evenly"
            )
        if self.width % 2:
            raise QuantizeError(
                f"a head's width is {self.width}: RoPE turns pairs, so it must be even"
            )
        number("eps", self.eps, 1e-30, 1.0)
        number("theta", self.theta, 1e-6, 1e12)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every array of the model, by name."""
        layers, hidden = self.layers, self.hidden
        queries, keys = self.heads * self.width, self.groups * self.width
        return {
            "embed": (self.vocabulary, hidden),
            "norm1": (layers, hidden),
            "wq": (layers, queries, hidden),
            "wk": (layers, keys, hidden),
            "wv": (layers, keys, hidden),
            "wo": (layers, hidden, queries),
            "norm2": (layers, hidden),
            "w1": (layers, self.inner, hidden),
            "w3": (layers, self.inner, hidden),
            "w2": (layers, hidden, self.inner),
            "norm": (hidden,),
            "head": (self.vocabulary, hidden),
        }


@dataclass
class Past:
    """Keys and values of the positions before, by layer: ``[positions, groups, width]``."""

    keys: list[np.ndarray]
    values: list[np.ndarray]

    @property
    def length(self) -> int:
        return len(self.keys[0]) if self.keys else 0


class FloatLlama:
    """A Llama model in float64.

    Arrays have the names and shapes of ``LlamaConfig.shapes``. Rows of ``wq`` and ``wk`` are in
    RoPE pairs that stand side by side, ``(2 i, 2 i + 1)``, as in llama2.c and GGUF;
    ``read_llama`` turns the half-split order of Hugging Face into it. ``notes`` say what was not
    understood of the file that it is from, and left out.
    """

    def __init__(
        self, config: LlamaConfig, arrays: Mapping[str, np.ndarray], notes: Sequence[str] = ()
    ) -> None:
        self.config, self.notes = config, list(notes)
        self.arrays: Tensors = {}
        for name, shape in config.shapes.items():
            if name not in arrays:
                raise QuantizeError(f"the model has no {name}, of shape {list(shape)}")
            self.arrays[name] = real(name, arrays[name], shape)
        pairs = np.arange(config.width // 2)
        angle = np.arange(config.positions)[:, None] * config.theta ** (-2.0 * pairs / config.width)
        self.cos, self.sin = np.cos(angle), np.sin(angle)

    def __repr__(self) -> str:
        c = self.config
        return (
            f"FloatLlama(layers={c.layers}, hidden={c.hidden}, heads={c.heads}, groups={c.groups}, "
            f"width={c.width}, inner={c.inner}, vocabulary={c.vocabulary})"
        )

    def start(self) -> Past:
        """The past of a text that has not begun."""
        empty = np.zeros((0, self.config.groups, self.config.width))
        return Past([empty] * self.config.layers, [empty] * self.config.layers)

    def normed(self, x: np.ndarray) -> np.ndarray:
        """RMSNorm without its gain: x / sqrt(mean(x^2) + eps), of every row."""
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.config.eps)

    def turned(self, x: np.ndarray, first: int) -> np.ndarray:
        """RoPE of ``x[tokens, heads, width]`` whose first row is at position ``first``."""
        cos, sin = (table[first : first + len(x)][:, None] for table in (self.cos, self.sin))
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = np.empty_like(x)
        turned[..., 0::2] = even * cos - odd * sin
        turned[..., 1::2] = even * sin + odd * cos
        return turned

    def attended(self, q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Causal softmax attention: ``[tokens, heads, width]``; the last query sees all keys."""
        c = self.config
        shared = c.heads // c.groups
        tokens, past = len(q), len(k) - len(q)
        grouped = q.reshape(tokens, c.groups, shared, c.width)
        scores = np.einsum("tgsd,jgd->gstj", grouped, k) / np.sqrt(c.width)
        unseen = np.arange(len(k))[None, :] > np.arange(tokens)[:, None] + past
        scores = np.where(unseen, -np.inf, scores)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return np.einsum("gstj,jgd->tgsd", weights, v).reshape(tokens, c.heads * c.width)

    def layer(self, number: int, x: np.ndarray, past: Past) -> Tensors:
        """What layer ``number`` computes from ``x[tokens, hidden]``; its keys and values go to
        ``past``."""
        c, arrays = self.config, self.arrays
        first, tokens = len(past.keys[number]), len(x)
        out: Tensors = {"n1": self.normed(x)}
        gained = out["n1"] * arrays["norm1"][number]
        q = (gained @ arrays["wq"][number].T).reshape(tokens, c.heads, c.width)
        k = (gained @ arrays["wk"][number].T).reshape(tokens, c.groups, c.width)
        v = (gained @ arrays["wv"][number].T).reshape(tokens, c.groups, c.width)
        q, k = self.turned(q, first), self.turned(k, first)
        past.keys[number] = np.concatenate([past.keys[number], k])
        past.values[number] = np.concatenate([past.values[number], v])
        out["q"], out["k"], out["v"] = (y.reshape(tokens, -1) for y in (q, k, v))
        out["o"] = self.attended(q, past.keys[number], past.values[number])
        out["m"] = x + out["o"] @ arrays["wo"][number].T
        out["n2"] = self.normed(out["m"])
        gained = out["n2"] * arrays["norm2"][number]
        out["a"] = gained @ arrays["w1"][number].T
        out["u"] = gained @ arrays["w3"][number].T
        out["h"] = silu(out["a"]) * out["u"]
        out["more"] = out["m"] + out["h"] @ arrays["w2"][number].T
        return out

    def forward(
        self, tokens: TokenNumbers, past: Past | None = None, layers: int | None = None
    ) -> tuple[list[Tensors], Tensors]:
        """Every tensor of every layer, and those behind the layers: ``x`` (the embedding), ``nf``,
        ``logit``.

        A row is a token. ``layers`` stops after so many, without what comes behind them. What is
        in ``past`` comes before the tokens, and it grows by them.
        """
        c = self.config
        ids = token_list("the text", tokens, c.vocabulary)
        past = self.start() if past is None else past
        if past.length + len(ids) > c.positions:
            raise QuantizeError(
                f"the text has {past.length + len(ids)} tokens: "
                f"the model has {c.positions} positions"
            )
        x = self.arrays["embed"][ids]
        last: Tensors = {"x": x}
        found = []
        count = c.layers if layers is None else whole("layers", layers, 1, c.layers)
        for layer in range(count):
            found.append(self.layer(layer, x, past))
            x = found[-1]["more"]
        if layers is None:
            last["nf"] = self.normed(x)
            last["logit"] = (last["nf"] * self.arrays["norm"]) @ self.arrays["head"].T
        return found, last

    def logits(self, tokens: TokenNumbers) -> np.ndarray:
        """``[tokens, vocabulary]``: what the model says of the token after each."""
        return self.forward(tokens)[1]["logit"]

    def head(
        self, tokens: TokenNumbers, layer: int = 0, head: int = 0
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Queries, keys and values of one head on a text, each ``[tokens, width]``, after RoPE."""
        whole("layer", layer, 0, self.config.layers - 1)
        return self.head_of(self.forward(tokens, layers=layer + 1)[0][layer], head)

    def head_of(self, layer: Tensors, head: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Queries, keys and values of one head, of what a layer computed."""
        c = self.config
        whole("head", head, 0, c.heads - 1)
        places = {"q": head, "k": head // (c.heads // c.groups), "v": head // (c.heads // c.groups)}
        q, k, v = (layer[name][:, at * c.width : (at + 1) * c.width] for name, at in places.items())
        return q, k, v

    def generate(
        self, prompt: TokenNumbers, tokens: int, temperature: float = 0.0, seed: int = 0
    ) -> list[int]:
        """``prompt`` and the model's own next tokens, ``tokens`` in all; at temperature 0 the
        likeliest each."""
        whole("tokens", tokens, len(prompt), self.config.positions)
        number("temperature", temperature, 0.0, 1e6)
        random = np.random.default_rng(seed)
        past, text, new = self.start(), [int(token) for token in prompt], list(prompt)
        while len(text) < tokens:
            logit = self.forward(new, past)[1]["logit"][-1]
            if temperature == 0:
                chosen = int(logit.argmax())
            else:
                share = np.exp((logit - logit.max()) / temperature)
                chosen = int(
                    np.searchsorted(np.cumsum(share) / share.sum(), random.random(), "right")
                )
            new = [min(chosen, len(logit) - 1)]
            text += new
        return text


def silu(x: np.ndarray) -> np.ndarray:
    """x / (1 + exp(-x)), without overflow."""
    return x * 0.5 * (1.0 + np.tanh(0.5 * x))
