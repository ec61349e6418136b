"""What the work of stories260k.attn costs, by kind: from `attnc inspect --by-line --json`.

A member of the circuit (a value, a table) belongs to the value of the program that it was expanded
for: `half#2.total` and `row#1.y` stand before `even`, and are `even`'s. Kinds are said by these
names, not by line numbers. That the members of a value have the columns of the lines that define
it is checked; a value without a kind is `other`.
"""

import re

# The values that the program names, by what they are for; `attend` and `rope` are divided below.
KINDS = {
    "embedding, carried state": ["token", "first", "x", "keys", "values", "two"],
    "norms": ["n1", "n2", "nf"],
    "projections (wq wk wv wo)": ["even", "odd", "flat", "v", "m"],
    "RoPE": ["k"],
    "scores": [],
    "softmax lookups": [],
    "weighted values": ["o0", "o1"],
    "MLP products (w1 w3 w2)": ["a", "u", "more"],
    "MLP gate (silu)": ["h"],
    "logits": ["logit"],
    "greedy choice": ["next"],
    "entries of embed and silu": ["fillers"],
    "range tables": ["range tables"],
    "padding, claims": ["padding", "claims"],
    "other": [],
}
KIND = {value: kind for kind, values in KINDS.items() for value in values}
WITHIN = {
    r"rope#\d+\.": "RoPE",
    r"attend#\d+\.(score|peak)$": "scores",
    r"attend#\d+\.(share|decay)$": "softmax lookups",
    r"attend#\d+\.(mass|y)$": "weighted values",
}
# What stands at no value of its own: the table among the declarations, and `assert mass >= 1`.
ATTENTION = {"o0", "o1"}
LOOSE = re.compile(r"(attend#\d+\.decay|assertions)$")
ROUNDING = re.compile(r"half#\d+\.y$")
DEFINES = re.compile(
    r"\s*(?:(?:state|public input|public output)\s+(\w+)|(\w+)\s*(?:\[[^=]*\])?\s*=(?!=))"
)
ADDRESSED = ["embed", "silu"]
FIELDS = ["bytes", "cells", "columns", "sends"]


def flat(cost):
    return cost | {"columns": sum(cost["columns"].values())}


def added(costs):
    costs = list(costs)
    return {field: sum(cost[field] for cost in costs) for field in FIELDS}


def members(inspected):
    """Of each member its name, the value of the program that it is for, its kind and its cost."""
    found = []
    owner = within = None
    # From behind: what a call was expanded to stands before the value that it gives.
    for member in reversed(inspected["members"]):
        name = member["name"]
        if "#" not in name and not LOOSE.match(name):
            owner = name
        if not name.startswith("half#"):
            within = name
        of = "o0" if LOOSE.match(name) else owner
        kinds = [kind for pattern, kind in WITHIN.items() if re.match(pattern, within)]
        kind = kinds[0] if kinds else KIND.get(of, "other")
        found.append((name, of, kind, flat(member["cost"])))
    found += [
        (rest["name"], None, KIND.get(rest["name"], "other"), flat(rest["cost"]))
        for rest in inspected["rest"]
    ]
    return found


def components(inspected):
    return [component for proof in inspected["proofs"] for component in proof["components"]]


def compare(inspected, found):
    """The values of which members and lines do not have as many columns."""
    one = lambda value: "o0" if value in ATTENTION else value
    by_line, by_member = {}, {}
    value = None
    for line in inspected["lines"]:
        defines = DEFINES.match(line["text"])
        if defines and not line["text"].lstrip().startswith("//"):
            value = one(defines[1] or defines[2])
        by_line[value] = by_line.get(value, 0) + flat(line["cost"])["columns"]
    for _, of, _, cost in found:
        if of is not None:
            by_member[one(of)] = by_member.get(one(of), 0) + cost["columns"]
    # The entries of a tensor that is read by an address are at no line; `rest` calls them fillers.
    by_line["fillers"] = sum(
        flat(c["cost"])["columns"] for c in components(inspected) if c["name"] in ADDRESSED
    )
    by_member["fillers"] = sum(cost["columns"] for name, _, _, cost in found if name == "fillers")
    wrong = []
    for value in {*by_line, *by_member}:
        stands, counted = by_line.get(value, 0), by_member.get(value, 0)
        if abs(stands - counted) > 0.01:
            wrong.append(f"{value}: {stands:.2f} columns where it stands, {counted:.2f} in members")
    return sorted(wrong)


def by_kind(inspected):
    """The cost of each kind, of what is in several of them, and what no kind has."""
    found = members(inspected)
    wrong = compare(inspected, found)
    if wrong:
        raise ValueError("the members of a value are not those of its lines:\n" + "\n".join(wrong))
    kinds = {kind: added(cost for _, _, of, cost in found if of == kind) for kind in KINDS}
    tables = [
        c for c in components(inspected) if c["name"].startswith("table ") or c["name"] in ADDRESSED
    ]
    return {
        "kinds": kinds,
        "components": components(inspected),
        "other": [name for name, _, kind, cost in found if kind == "other" and cost["bytes"] > 0],
        "roundings": added(cost for name, _, _, cost in found if ROUNDING.match(name)),
        "tables": added(flat(component["cost"]) for component in tables),
        "own": flat(inspected["own"]),
        "shared": sum(inspected["shared"].values()),
        "bytes": inspected["bytes"],
    }
