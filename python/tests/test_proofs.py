"""From a program to a verdict, and all that must be refused on the way."""

import gc
import resource
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import attnc

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MODEL = """circuit model(n = 4) {
    fixed input weight[n, n] : -8..=8
    private input x[n] : -9..=9
    public output y[n]
    y[i in n] = max(sum(j in n) weight[i, j] * x[j], 0)
}"""
W = (np.arange(16).reshape(4, 4) * 5) % 17 - 8
X = np.array([3, -2, 9, 1])


@pytest.fixture(scope="module")
def head():
    program = attnc.Program.load(EXAMPLES / "head.attn", steps=4, width=4)
    inputs = program.sample(3)
    weights = {name: inputs[name] for name in program.tables}
    return program, inputs, weights


def test_the_whole_way(head):
    program, inputs, tables = head
    out = program.run(inputs)
    key = program.key(tables)
    steps = []
    proof = key.prove(inputs, context="request 7", watch=lambda step, part: steps.append(step))
    assert tuple(steps) == attnc.STEPS
    verdict = attnc.verify(proof, key, expect=dict(out), context="request 7")
    for name, array in out.items():
        np.testing.assert_array_equal(verdict.outputs[name], array)
    assert verdict.conjectured_bits >= 96 and verdict.proven_bits > 0
    assert verdict.context == "request 7" and verdict.private
    assert verdict.details["program"] == program.digest


def test_files_go_round(head, tmp_path):
    program, inputs, tables = head
    key = program.key(tables)
    proof = key.prove(inputs)
    key.save(tmp_path / "a.key")
    proof.save(tmp_path / "a.proof")
    again, read = attnc.Key.load(tmp_path / "a.key"), attnc.Proof.load(tmp_path / "a.proof")
    assert again.to_json() == key.to_json() and read == proof
    attnc.verify(read, again)
    assert attnc.Key.from_bytes(key.to_json().encode()).to_json() == key.to_json()


def test_a_key_is_no_proof(head, tmp_path):
    program, _, tables = head
    program.key(tables).save(tmp_path / "a.key")
    with pytest.raises(attnc.Error, match=r"a\.key' is a key, not a proof.*Key\.load"):
        attnc.Proof.load(tmp_path / "a.key")
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(attnc.Error, match=r"a\.npz' is no proof: its first bytes"):
        attnc.Proof.load(tmp_path / "a.npz")
    with pytest.raises(FileNotFoundError):
        attnc.Proof.load(tmp_path / "none.proof")


def test_what_is_wrong_is_said(head, tmp_path):
    program, inputs, tables = head
    key, out = program.key(tables), program.run(inputs)
    proof = key.prove(inputs, context="mine")
    name, array = next(iter(out.items()))
    wrong = array.copy()
    wrong.flat[0] += 1
    damaged = bytearray(bytes(proof))
    damaged[len(damaged) // 2] ^= 1
    other = program.key(tables, plan=None, security="fast")
    cases = [
        (lambda: attnc.verify(proof, key, context="yours"), "context"),
        (lambda: attnc.verify(proof, key, expect={name: wrong}), name),
        (lambda: attnc.verify(proof, key, expect={"nothing": array}), "nothing"),
        (lambda: attnc.verify(proof, key, min_security=120), "120"),
        (lambda: attnc.verify(bytes(damaged), key), ""),
        (lambda: attnc.verify(b"", key), ""),
        (lambda: attnc.Key.from_bytes(b"{}"), "key"),
        (lambda: attnc.compile("circuit c { output y  y = x }"), "x"),
        (lambda: attnc.compile(MODEL, m=3), "`m`"),
        (lambda: attnc.compile(MODEL, n=2.5), "2.5"),
        (lambda: program.key(tables, plan="none such"), "none such"),
        (lambda: program.key(tables, security="secure"), "secure"),
        (lambda: program.key(tables, optimize="speed"), "speed"),
        (lambda: program.key(tables, contract="rolled"), "rolled"),
    ]
    assert other.to_json()
    for wrong_way, says in cases:
        with pytest.raises(attnc.Error) as raised:
            wrong_way()
        assert says in str(raised.value)
    with pytest.raises(OSError):
        attnc.Program.load(tmp_path / "none.attn")
    with pytest.raises(OSError):
        attnc.Key.load(tmp_path / "none.key")


def test_the_key_binds_a_model():
    program = attnc.compile(MODEL)
    key = program.key(weight=W)
    np.testing.assert_array_equal(program.run(x=X, weight=W).y, np.maximum(W @ X, 0))
    proof = key.prove(x=X)
    attnc.verify(proof, key, expect={"y": np.maximum(W @ X, 0)})
    read = attnc.Key.from_bytes(key.to_json().encode())
    attnc.verify(proof, read)
    with pytest.raises(attnc.Error, match="weight"):
        read.prove(x=X)
    attnc.verify(read.prove(x=X, weight=W), read)
    changed = W.copy()
    changed[0, 0] += 1
    with pytest.raises(attnc.Error, match="digest"):
        read.prove(x=X, weight=changed)
    with pytest.raises(attnc.Error):
        attnc.verify(proof, program.key(weight=changed))
    with pytest.raises(attnc.Error, match="weight"):
        program.key()


def test_security_that_is_asked_for_is_had():
    program = attnc.compile(MODEL)
    for floor in (96, 110):
        for optimize in ("balanced", "bytes"):
            key = program.key(weight=W, security=floor, optimize=optimize)
            proof = key.prove(x=X)
            assert attnc.verify(proof, key, min_security=floor).conjectured_bits >= floor


OPEN = """circuit two(n = 3) {
    private input x[n] : 0..100
    public output total
    public output y[n]
    hint r[i in n] : 0..=10 = floor(sqrt(x[i]))
    assert[i in n] r[i] * r[i] <= x[i]
    assert[i in n] x[i] < (r[i] + 1) * (r[i] + 1)
    y[i in n] = 2 * r[i]
    total = sum(i in n) y[i]
    plan apart { proof a: total  proof b: * - total  open * }
}"""


def test_a_verdict_says_what_it_rests_on():
    program = attnc.compile(OPEN)
    key, inputs = program.key(plan="apart"), {"x": [4, 9, 50]}
    whole = attnc.verify(key.prove(inputs), key)
    assert whole.hints == ["r"] and not whole.missing and "RELIES" not in repr(whole)
    part = key.prove(inputs, part="a")
    with pytest.raises(attnc.Error):
        attnc.verify(part, key)
    found = attnc.verify(part, key, whole=False)
    assert found.missing == ["b"]
    assert ("RELIES" in repr(found)) == bool(found.relies_on)
    assert "not proved here" in found._repr_html_()


def test_a_strangers_text_cannot_write_to_the_terminal():
    program = attnc.compile(MODEL)
    key = program.key(weight=W)
    data = bytes(key.prove(x=X)).replace(b"model", b"mo\x1b[A")
    with pytest.raises(attnc.Error) as raised:
        attnc.verify(data, key)
    assert "\x1b" not in str(raised.value) and "\n" not in str(raised.value)


def test_what_stands_within_is_shown(head):
    program, inputs, _ = head
    out = program.run(inputs, show=["query", "weight", "mass"])
    np.testing.assert_array_equal(out["query"], inputs["query"])
    np.testing.assert_array_equal(out.weight, inputs["weight"])
    assert out.mass.min() > 0
    with pytest.raises(attnc.Error, match="mass"):
        program.run(inputs, show=["mas"])


def test_explore_prices_what_the_program_offers(head):
    program, _, tables = head
    found = program.explore(tables)
    names = [plan["plan"] for plan in found.plans]
    assert names[: len(program.plans)] == program.plans and len(names) > len(program.plans)
    assert any(plan["best"] for plan in found.plans) and "<table>" in found._repr_html_()


def test_a_sweep_has_a_row_a_cell(tmp_path):
    program = attnc.compile(MODEL)
    seen = []
    found = attnc.sweep(program, n=[2, 3], security=["standard", "seed"], watch=seen.append)
    assert [row["n"] for row in found] == [2, 2, 3, 3] and seen == found.rows
    assert all(row["status"] == "done" and row["bytes"] > 0 for row in found)
    frame = found.to_pandas()
    assert list(frame["security"]) == ["standard", "seed"] * 2
    found.to_csv(tmp_path / "sweep.csv")
    assert len((tmp_path / "sweep.csv").read_text().splitlines()) == 5
    refused = attnc.sweep(program, n=[0, 2])
    assert [row["status"] for row in refused] == ["failed", "done"] and refused.rows[0]["reason"]
    for wrong, says in [
        ({"n": 4}, "`n`"),
        ({"m": [4]}, "`m`"),
        ({"security": "fast"}, "list"),
        ({"plans": "fused"}, "list"),
    ]:
        with pytest.raises(attnc.Error, match=says):
            attnc.sweep(program, **wrong)
    with pytest.raises(attnc.Error, match="memory"):
        program.key(weight=W, security=96, memory=-1)


def test_inspect_says_what_a_proof_will_be(head):
    program, inputs, tables = head
    found = program.inspect(tables)
    assert found.components and found.columns == sum(
        c["columns"]["all"] for c in found.components
    )
    size = len(program.key(tables).prove(inputs))
    assert 0.9 < size / found.predicted_bytes < 1.2
    assert "<table>" in found._repr_html_() and "columns" in str(found)
    assert "<table>" in program._repr_html_()


def test_a_watcher_and_an_interrupt_end_a_proof(head):
    program, inputs, tables = head
    key = program.key(tables)

    def stop(step, part):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        key.prove(inputs, watch=stop)

    def interrupt(step, part):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key.prove(inputs, watch=interrupt)
    attnc.verify(key.prove(inputs), key)


def test_the_lock_is_not_held_while_proving():
    program = attnc.Program.load(EXAMPLES / "decode.attn", heads=2, width=16, steps=16)
    inputs = program.sample(1)
    key = program.key({name: inputs[name] for name in program.tables})
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.monotonic()
    key.prove(inputs)
    took = time.monotonic() - start
    done.set()
    thread.join()
    longest = max(b - a for a, b in zip([start, *ticks], [*ticks, start + took]))
    assert len(ticks) > 3 and longest < max(0.5 * took, 0.05)


def test_memory_does_not_grow_over_proofs():
    program = attnc.compile(MODEL)
    key = program.key(weight=W)

    def most():
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(20):
        key.prove(x=X)
    before = most()
    for _ in range(100):
        key.prove(x=X)
    assert most() < 1.1 * before + 4096


def test_explore_tells_of_each_plan_and_ends_where_its_watcher_raises(head):
    program, _, tables = head
    told = []
    found = program.explore(tables, watch=lambda *plan: told.append(plan))
    assert [number for number, _, _ in told] == list(range(1, len(told) + 1))
    assert {count for _, count, _ in told} == {len(told)}
    assert len(found.plans) + len(found.impossible) <= len(told)

    def stop(number, count, plan):
        told.append(plan)
        raise RuntimeError("enough")

    del told[:]
    with pytest.raises(RuntimeError, match="enough"):
        program.explore(tables, watch=stop)
    assert len(told) == 1


def test_proofs_that_hide(head):
    program, inputs, tables = head
    key = program.key(tables, hiding=True)
    proofs = [key.prove(inputs) for _ in range(2)]
    assert proofs[0] != proofs[1]
    for proof in proofs:
        verdict = attnc.verify(proof, key, expect=dict(program.run(inputs)))
        assert verdict.hides and "nothing else" in verdict._repr_html_()
    plain = program.key(tables)
    assert plain.prove(inputs) == plain.prove(inputs)
    assert not attnc.verify(plain.prove(inputs), plain).hides
    with pytest.raises(attnc.Error):
        attnc.verify(proofs[0], plain)
    with pytest.raises(attnc.Error, match="`hiding` is 'yes'"):
        program.key(tables, hiding="yes")
    assert program.inspect(tables, hiding=True).cells > program.inspect(tables).cells
