"""What attention_layer.attn and nanogpt.attn compute, in floating point. Inputs and weights are in
256ths, as the programs take them, outputs are reals. Of lists alone: it runs where Python does."""

import math
from operator import mul


def dot(a, b):
    return sum(map(mul, a, b))


def linear(weight, rows):
    return [[dot(row, line) for line in weight] for row in rows]


def scaled(tensor):
    return tensor / 256 if not isinstance(tensor, list) else [scaled(part) for part in tensor]


def layer_norm(rows, gain):
    out = []
    for row in rows:
        mean = sum(row) / len(row)
        centred = [x - mean for x in row]
        root = math.sqrt(dot(centred, centred) / len(row) + 1e-5)
        out.append([x / root * g for x, g in zip(centred, gain, strict=True)])
    return out


def gelu(x):
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def attention(rows, wq, wk, wv, wo, causal):
    """All heads, and the projection of what they give side by side. A mask is a score of -10."""
    heads = []
    for head in zip(wq, wk, wv, strict=True):
        q, k, v = (linear(weight, rows) for weight in head)
        mixed = []
        for t, query in enumerate(q):
            scores = [-10.0 if causal and j > t else dot(query, key) / math.sqrt(len(query))
                      for j, key in enumerate(k)]
            peak = max(scores)
            shares = [math.exp(score - peak) for score in scores]
            mixed.append([dot(shares, column) / sum(shares) for column in zip(*v)])
        heads.append(mixed)
    side_by_side = [[x for head in heads for x in head[t]] for t in range(len(rows))]
    return linear([[x for head in line for x in head] for line in wo], side_by_side)


def add(a, b):
    return [[x + y for x, y in zip(*rows, strict=True)] for rows in zip(a, b, strict=True)]


def attention_layer(inputs, fixed):
    w = {name: scaled(tensor) for name, tensor in fixed.items()}
    return {"y": attention(scaled(inputs["x"]), w["wq"], w["wk"], w["wv"], w["wo"], causal=False)}


def nanogpt(inputs, fixed):
    w = {name: scaled(tensor) for name, tensor in fixed.items()}
    x = add([w["wte"][token] for token in inputs["token"]], w["wpe"])
    for layer in range(len(w["up"])):
        weights = (w[name][layer] for name in ("wq", "wk", "wv", "wo"))
        x = add(x, attention(layer_norm(x, w["gain"][2 * layer]), *weights, causal=True))
        inner = linear(w["up"][layer], layer_norm(x, w["gain"][2 * layer + 1]))
        x = add(x, linear(w["down"][layer], [[gelu(a) for a in row] for row in inner]))
    return {"logit": linear(w["wte"], layer_norm(x, w["gain"][-1]))}
