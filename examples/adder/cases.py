"""Questions: all of them, those that are held out from training, and how many the model answers right."""

import numpy as np

import model
from tokens import EQUALS, PLUS

HELD_OUT = 10_000
LEAST, MOST = 100, 999


def split():
    """Pairs of numbers that are trained on, in either order, and pairs of which neither order is."""
    random = np.random.default_rng(15)
    pairs = LEAST + np.stack(np.triu_indices(MOST + 1 - LEAST), 1)
    pairs = random.permutation(pairs)
    held_out, trained = pairs[:HELD_OUT], pairs[HELD_OUT:]
    return trained, random.permuted(held_out, axis=1)


def every():
    """All 810,000 pairs, in order."""
    numbers = np.arange(LEAST, MOST + 1)
    return np.stack(np.meshgrid(numbers, numbers, indexing="ij"), -1).reshape(-1, 2)


def digits(numbers, count, module=np):
    return module.stack([numbers // 10**place % 10 for place in reversed(range(count))], 1)


def text(pairs, module=np):
    """The twelve tokens of each question and its right answer; `module` is that of the arrays."""
    a, b = pairs[:, 0], pairs[:, 1]
    sign = [module.full((len(a), 1), token) for token in (PLUS, EQUALS)]
    parts = [digits(a, 3, module), sign[0], digits(b, 3, module), sign[1], digits(a + b, 4, module)]
    return module.concatenate(parts, 1)


def wrong(weights, pairs, at_once=10_000):
    """The pairs that the integer model, decoding greedily, does not answer with their sum."""
    found = []
    for start in range(0, len(pairs), at_once):
        some = pairs[start : start + at_once]
        tokens = text(some)
        answers = model.greedy(weights, tokens[:, : model.PROMPT])
        found.append(some[(answers != tokens[:, model.PROMPT :]).any(1)])
    return np.concatenate(found)


def measured(pairs, wrong, what):
    """A line on how many are answered right, with the first that are not."""
    first = ", ".join(f"{a}+{b}" for a, b in wrong[:5])
    return f"{len(pairs) - len(wrong):,} of {len(pairs):,} {what} answered right" + (f"; not {first}" if first else "")
