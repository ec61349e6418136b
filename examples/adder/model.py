"""The model that adder.attn proves, in NumPy: the same integers, whole batches at once.

`greedy` is the program line by line; train.py rounds as it does, check.py holds the two together.
"""

from pathlib import Path

import numpy as np

STEPS, PROMPT, HIDDEN, HEADS, WIDTH, INNER, VOCABULARY = 11, 8, 32, 4, 8, 64, 12
WEIGHTS = Path(__file__).resolve().parent / "weights.npz"

# By how many bits the sum of products that makes each is brought back.
SHIFT = {"q": 10, "k": 10, "v": 10, "gap": 6, "m": 6, "a": 10, "z": 9}

# 4095 e^(-gap / 64), the program's table.
REACH = 511
WEIGHT = np.rint(4095 * np.exp(-np.arange(REACH + 1) / 64)).astype(np.int64)


def load(path=WEIGHTS):
    with np.load(path) as file:
        return {name: array.astype(np.int64) for name, array in file.items()}


def half_up(numerator, denominator):
    """The nearest integer to a quotient, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def product(rows, weight):
    """rows @ weight.T. Sums are far below 2^53, so float64 has them exactly, and BLAS is fast."""
    return (rows.astype(np.float64) @ weight.T.astype(np.float64)).astype(np.int64)


def greedy(weights, questions):
    """The answers to questions of eight tokens, a row each, four tokens a row."""
    w, count = weights, len(questions)
    heads = (count, HEADS, WIDTH)
    keys, values, said = [], [], []
    token = questions[:, 0]
    for t in range(STEPS):
        x = w["embed"][token] + w["position"][t]
        q, k, v = (
            np.clip(half_up(product(x, w[f"w{name}"].reshape(-1, HIDDEN)), 2 ** SHIFT[name]), -512, 511)
            for name in "qkv"
        )
        keys.append(k.reshape(heads))
        values.append(v.reshape(heads))
        score = np.stack([(q.reshape(heads) * key).sum(2) for key in keys])
        gap = half_up(score.max(0) - score, 2 ** SHIFT["gap"])
        share = WEIGHT[np.minimum(gap, REACH)]
        weighed = sum(s[..., None] * value for s, value in zip(share, values))
        o = half_up(weighed, share.sum(0)[..., None]).reshape(count, -1)
        m = x + half_up(product(o, w["wo"].reshape(HIDDEN, -1)), 2 ** SHIFT["m"])
        a = np.clip(half_up(product(m, w["up"]) + w["bias"], 2 ** SHIFT["a"]), 0, 1023)
        z = np.clip(half_up(2**6 * m + product(a, w["down"]), 2 ** SHIFT["z"]), -1024, 1023)
        said.append(product(z, w["unembed"]).argmax(1))
        token = questions[:, t + 1] if t + 1 < PROMPT else said[t]
    return np.stack(said[PROMPT - 1 :], 1)
