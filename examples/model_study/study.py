"""What examples/model_study/run.sh left in its folder, and what grid it has."""

import json
import sys

TOKENS = [16, 32, 64, 128, 256]
PLANS = ["fused", "layers", "open_layers", "halves", "lookups"]
SETTINGS = ["standard", "fast"]
DEPTHS = [1, 2, 3, 5]
LAYERS = range(5)
# At how many tokens the proofs of single layers were looked at.
ALONE = [64, 256]


class Study:
    """The measured rows by tokens, plan and setting; by depth; and the proofs of single layers."""

    def __init__(self, folder):
        self.missing, self.seen = [], set()
        self.main = self.rows(folder / "study.json", "steps")
        self.machine = read(folder / "study.json")["machine"]
        for key in [(t, plan, setting) for t in TOKENS for setting in SETTINGS for plan in PLANS]:
            if key not in self.seen:
                self.missing.append(f"{folder}: nothing of {key}")
        self.depth = {(5, *key[1:]): row for key, row in self.main.items() if key[0] == 64}
        for depth in DEPTHS:
            if depth != 5:
                self.depth |= self.rows(folder / f"depth_{depth}" / "study.json", "layers")
        self.linked = {steps: read(folder / f"layers_{steps}.json")["proofs"] for steps in ALONE}
        self.alone = {
            (steps, layer): read(folder / f"alone_{steps}_{layer}.json")
            for steps in ALONE
            for layer in LAYERS
        }

    def rows(self, path, parameter):
        found = {}
        for row in read(path)["rows"]:
            key = (row["params"][parameter], row["plan"], row["security"])
            self.seen.add(key)
            if row["status"] == "done":
                predicted = {f"predicted_{name}": of for name, of in row["predicted"].items()}
                found[key] = row["structure"] | row["measured"] | predicted
            else:
                self.missing.append(f"{path}: {key}: {row['status']}: {row['reason']}")
        return found

    def figure(self, field, *key):
        row = self.main.get(key)
        return row and row[field]


def read(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as wrong:
        sys.exit(f"{path}: {wrong}; examples/model_study/run.sh makes it")
