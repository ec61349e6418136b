#!/usr/bin/env python3
"""Trains the model, writes its integer weights, and measures them on questions it was not trained on.

    pip install -r examples/adder/requirements.txt
    python examples/adder/train.py

The first two thirds of the steps train in real numbers, with the integer model's ranges. From then on the forward
pass rounds wherever the integer model does, and gradients pass through as if it did not (straight-through
estimation). So what is trained is the integer model, and nothing is lost when its weights are written: they are
the parameters in their units, rounded. Everything is seeded: the same machine writes the same bytes.
"""

import argparse
import os
import time
from functools import partial

# One thread computes each sum in one order.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import numpy as np
import optax

import cases
import model
from model import HEADS, HIDDEN, INNER, PROMPT, REACH, SHIFT, STEPS, VOCABULARY, WEIGHTS, WIDTH

BATCH, RATE, WARMUP, AT_ONCE = 384, 5e-3, 200, 250

# Shape, how many inputs a sum has (for the first weights), and what stands for 1.0.
TENSORS = {
    "embed": ((VOCABULARY, HIDDEN), 4, 128),
    "position": ((STEPS, HIDDEN), 4, 128),
    "wq": ((HEADS, WIDTH, HIDDEN), HIDDEN, 256),
    "wk": ((HEADS, WIDTH, HIDDEN), HIDDEN, 256),
    "wv": ((HEADS, WIDTH, HIDDEN), HIDDEN, 256),
    "wo": ((HIDDEN, HEADS, WIDTH), HIDDEN, 256),
    "up": ((INNER, HIDDEN), HIDDEN, 256),
    "bias": ((INNER,), None, 2**15),
    "down": ((HIDDEN, INNER), INNER, 256),
    "unembed": ((VOCABULARY, HIDDEN), HIDDEN, 64),
}
LIMIT = {name: 1023 for name in TENSORS} | {"bias": 2**17 - 1, "unembed": 127}


def first(seed):
    def draw(key, shape, inputs):
        return jax.random.normal(key, shape) * inputs**-0.5 if inputs else jnp.zeros(shape)

    keys = jax.random.split(jax.random.key(seed), len(TENSORS))
    return {name: draw(key, *TENSORS[name][:2]) for key, name in zip(keys, TENSORS)}


def rounded(x):
    """The nearest integer, halves up; its gradient is that of x."""
    return x + jax.lax.stop_gradient(jnp.floor(x + 0.5) - x)


def real(x):
    return x


def forward(parameters, text, nearest):
    """The logits at the question's end and after each token of the answer but the last, in 1024ths.

    `nearest` rounds, or does not: what it is given is in the units of the integers.
    """
    w = {name: nearest(p * TENSORS[name][2]) for name, p in parameters.items()}
    x = w["embed"][text] + w["position"]
    asked = x[:, PROMPT - 1 :]
    q, k, v = (
        jnp.clip(nearest(jnp.einsum("btc,hdc->bhtd", of, w[f"w{name}"]) / 2 ** SHIFT[name]), -512, 511)
        for name, of in (("q", asked), ("k", x), ("v", x))
    )
    score = jnp.einsum("bhtd,bhjd->bhtj", q, k)
    seen = jnp.arange(STEPS) <= jnp.arange(PROMPT - 1, STEPS)[:, None]
    peak = jax.lax.stop_gradient(jnp.where(seen, score, -jnp.inf).max(-1, keepdims=True))
    gap = jnp.minimum(nearest(jnp.where(seen, peak - score, 0) / 2 ** SHIFT["gap"]), REACH)
    share = jnp.where(seen, nearest(4095 * jnp.exp(-gap / 64)), 0)
    o = nearest(jnp.einsum("bhtj,bhjd->bhtd", share, v) / share.sum(-1, keepdims=True))
    m = asked + nearest(jnp.einsum("bhtd,chd->btc", o, w["wo"]) / 2 ** SHIFT["m"])
    a = jnp.clip(nearest((m @ w["up"].T + w["bias"]) / 2 ** SHIFT["a"]), 0, 1023)
    z = jnp.clip(nearest((2**6 * m + a @ w["down"].T) / 2 ** SHIFT["z"]), -1024, 1023)
    return z @ w["unembed"].T


def trainer(steps, pairs):
    """What optimises, and AT_ONCE steps of it."""
    rate = optax.warmup_cosine_decay_schedule(0, RATE, WARMUP, steps)
    optimiser = optax.chain(optax.clip_by_global_norm(1), optax.adamw(rate, b2=0.98, weight_decay=0.01))
    pairs = jnp.array(pairs)

    def batch(key):
        which, swapped = jax.random.split(key)
        asked = pairs[jax.random.randint(which, (BATCH,), 0, len(pairs))]
        swap = jax.random.bernoulli(swapped, shape=(BATCH, 1))
        return cases.text(jnp.where(swap, asked[:, ::-1], asked), jnp)

    def loss(parameters, key, nearest):
        tokens = batch(key)
        logits = forward(parameters, tokens[:, :STEPS], nearest) / 1024
        return optax.softmax_cross_entropy_with_integer_labels(logits, tokens[:, PROMPT:]).mean()

    def step(carried, key, nearest):
        parameters, state = carried
        value, gradient = jax.value_and_grad(loss)(parameters, key, nearest)
        updates, state = optimiser.update(gradient, state, parameters)
        moved = optax.apply_updates(parameters, updates)
        ends = {name: LIMIT[name] / TENSORS[name][2] for name in moved}
        return ({name: jnp.clip(p, -ends[name], ends[name]) for name, p in moved.items()}, state), value

    @partial(jax.jit, static_argnames="nearest")
    def some(carried, key, nearest):
        keys = jax.random.split(key, AT_ONCE)
        carried, values = jax.lax.scan(partial(step, nearest=nearest), carried, keys)
        return carried, values.mean()

    return optimiser, some


def train(steps, seed, pairs):
    parameters = first(seed)
    optimiser, some = trainer(steps, pairs)
    carried, began = (parameters, optimiser.init(parameters)), time.monotonic()
    for done in range(AT_ONCE, steps + 1, AT_ONCE):
        key = jax.random.fold_in(jax.random.key(seed + 1), done)
        carried, value = some(carried, key, rounded if 3 * done > 2 * steps else real)
        if done % 1000 == 0:
            print(f"{done:6} steps, loss {value:.5f}, {time.monotonic() - began:.0f} s", flush=True)
    return carried[0]


def integers(parameters):
    """The weights as the integer model has them."""
    found = {}
    for name, p in parameters.items():
        units = np.floor(np.asarray(p) * TENSORS[name][2] + 0.5)
        found[name] = units.astype(np.int32 if name == "bias" else np.int16)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=7500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", default=WEIGHTS, metavar="FILE", help="what is written (default: weights.npz)")
    args = parser.parse_args()
    trained, held_out = cases.split()
    weights = integers(train(args.steps, args.seed, trained))
    np.savez(args.o, **weights)
    print(f"{sum(w.size for w in weights.values())} weights in {args.o}")
    print(cases.measured(held_out, cases.wrong(model.load(args.o), held_out), "questions held out"))


if __name__ == "__main__":
    main()
