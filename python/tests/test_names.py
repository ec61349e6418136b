"""What is misspelt, or of another kind than is asked for, is named, with what was meant."""

from pathlib import Path

import numpy as np
import pytest

import attnc

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = """circuit model(n = 4) {
    fixed input weight[n, n] : -8..=8
    private input x[n] : -9..=9
    public output y[n, 2]
    y[i in n, k in 2] = k + sum(j in n) weight[i, j] * x[j]
}"""
W = (np.arange(16).reshape(4, 4) * 5) % 17 - 8
X = np.array([3, -2, 9, 1])
GIVEN = {"weight": W, "x": X}


@pytest.fixture(scope="module")
def made():
    program = attnc.compile(SOURCE)
    key = program.key(weight=W)
    return program, key, key.prove(x=X), program.run(GIVEN).y


def refused(wrong, *says):
    with pytest.raises(attnc.Error) as raised:
        wrong()
    text = str(raised.value)
    assert all(part in text for part in says), text
    return raised.value


def test_a_misspelt_option_is_no_tensor(made):
    program, key, _, _ = made
    error = refused(lambda: key.prove(GIVEN, contxt="a"), "`contxt`", "did you mean `context=`?")
    assert error.hints == ["did you mean `context=`?"]
    refused(lambda: program.key(weight=W, securty=96), "did you mean `security=`?")
    refused(lambda: program.run(GIVEN, shwo=["x"]), "did you mean `show=`?")
    refused(lambda: program.inspect(weight=W, memmory=3), "did you mean `memory=`?")
    refused(lambda: program.explore(weight=W, optimise="bytes"), "did you mean `optimize=`?")
    refused(lambda: attnc.sweep(program, securty=["fast"]), "did you mean `security=`?")


def test_a_misspelt_tensor_has_all_that_there_are(made):
    program, key, _, _ = made
    error = refused(
        lambda: program.run(wieght=W, x=X), "`wieght`", "did you mean `weight`?", "x [4]"
    )
    assert error.code == "E079" and "weight [4, 4]" in str(error)
    refused(lambda: key.prove({"x": X, "zzz": X}), "`zzz`", "x [4], weight [4, 4]")
    refused(lambda: program.with_fixed(wigth=W), "weight [4, 4]")
    # An option that stands in the mapping is meant as a tensor.
    refused(lambda: key.prove({"x": X, "contxt": X}), "`contxt`", "x [4]")


def test_expectations_are_compared_as_arrays(made):
    program, key, proof, y = made
    attnc.verify(proof, key, expect={"y": y})
    attnc.verify(proof, key, expect={"y": y.tolist()})
    wrong = y.copy()
    wrong[2, 1] += 5
    wrong[3, 0] -= 1
    error = refused(
        lambda: attnc.verify(proof, key, expect={"y": wrong}),
        f"y[2, 1] is {y[2, 1]} in the proof",
        f"{wrong[2, 1]} is expected",
        "2 of 8 elements differ",
    )
    assert "line" not in str(error) and "column" not in str(error)
    refused(lambda: attnc.verify(proof, key, expect={"y": y[:3]}), "[3, 2]", "[4, 2]")
    refused(
        lambda: attnc.verify(proof, key, expect={"yy": y}),
        "did you mean `y`? its public tensors are y [4, 2]",
    )
    refused(lambda: attnc.verify(proof, key, expect={"x": X}), "`x` is private", "y [4, 2]")
    refused(lambda: attnc.verify(proof, key, expect=y), "not tensors by name")
    refused(lambda: attnc.verify(proof, key, expect={"y": y * 1.0}), "float64")


def test_what_is_expected_of_a_part_that_is_missing():
    program = attnc.compile(
        """circuit two(n = 3) {
            private input x[n] : 0..100
            public output total
            public output y[n]
            y[i in n] = 2 * x[i]
            total = sum(i in n) x[i]
            plan apart { proof a: total  proof b: * - total  open * }
        }"""
    )
    key = program.key(plan="apart")
    part = key.prove(x=[1, 2, 3], part="a")
    attnc.verify(part, key, whole=False, expect={"total": 6})
    refused(lambda: attnc.verify(part, key, whole=False, expect={"total": 7}), "total is 6")
    refused(lambda: attnc.verify(part, key, whole=False, expect={"y": [2, 4, 6]}), "`y`", "b")


def test_misuse_is_an_error_that_says_what_to_do(made, tmp_path):
    program, key, proof, _ = made
    proof.save(tmp_path / "a.proof")
    key.save(tmp_path / "a.key")
    path = str(tmp_path / "a.proof")
    refused(lambda: attnc.verify(path, key), "Proof.load")
    refused(lambda: attnc.verify(Path(path), key), "Proof.load")
    refused(lambda: attnc.verify(proof, str(tmp_path / "a.key")), "Key.load")
    for data in (bytes(proof), bytearray(bytes(proof)), memoryview(bytes(proof)), proof):
        attnc.verify(data, key)
    refused(lambda: attnc.Proof("abc"), "bytes", "Proof.load")
    refused(lambda: attnc.Proof(5), "bytes")
    refused(lambda: attnc.Key("abc"), "Key.load")
    refused(lambda: attnc.Key.from_bytes("abc"), "Key.load")
    refused(lambda: attnc.Program("abc"), "Program.load")
    refused(lambda: attnc.compile(Path(path)), "Program.load")
    for wrong in (-1, 2**64, 1.5, True):
        refused(lambda wrong=wrong: program.sample(wrong), "seed")
        refused(lambda wrong=wrong: program.sampled(wrong), "seed")
        refused(lambda wrong=wrong: attnc.sweep(program, seed=wrong), "seed")
    refused(lambda: attnc.compile(SOURCE, n=2**70), "`n`", "64 bits")
    refused(lambda: attnc.Program.load(EXAMPLES / "head.attn", steps=2**70), "`steps`", "64 bits")
    refused(lambda: program.run(X), "by name", "run(x=array)")
    refused(lambda: program.run("in.npz"), "in.npz", "numpy.load")
    refused(lambda: program.run({0: X}), "0 is no name")
    refused(lambda: program.run(GIVEN, show=3), "show")
    refused(lambda: program.key(weight=W, memory="8"), "memory=16")
    refused(lambda: program.key(weight=W, memory=float("nan")), "memory")
    refused(lambda: program.key(weight=W, plan=3), "`plan`")
    for wrong in (96.5, True, ["fast"], float("inf"), float("nan")):
        refused(lambda wrong=wrong: program.key(weight=W, security=wrong), "security")
        refused(lambda wrong=wrong: key.prove(x=X, security=wrong), "security")
    floors = [program.key(weight=W, security=bits) for bits in (96, 96.0, "96", np.int64(96))]
    assert len(set(floors)) == 1
    refused(lambda: key.prove(x=X, context=3), "`context`")
    refused(lambda: key.prove(x=X, part=3), "`part`")
    refused(lambda: key.prove(x=X, watch=3), "`watch`")
    for wrong in ("96", float("nan"), None):
        refused(lambda wrong=wrong: attnc.verify(proof, key, min_security=wrong), "min_security")
    refused(lambda: attnc.verify(proof, key, min_proven_security=float("nan")), "min_proven")
    assert program.key(weight=W, memory=np.float32(8)) == program.key(weight=W, memory=8)


def test_a_name_to_show_is_one_name(made):
    program, _, _, _ = made
    out = program.run(GIVEN, show="weight")
    np.testing.assert_array_equal(out.weight, W)


def test_fixed_inputs_from_a_file(made, tmp_path):
    program, key, proof, _ = made
    np.savez(tmp_path / "w.npz", weight=W)
    assert program.with_fixed(tmp_path / "w.npz") == program.with_fixed(weight=W)
    read = attnc.Key.from_bytes(key.to_json().encode()).with_fixed(str(tmp_path / "w.npz"))
    attnc.verify(read.prove(x=X), key)
    safetensors = pytest.importorskip("safetensors.numpy")
    safetensors.save_file({"weight": W}, tmp_path / "w.safetensors")
    assert program.with_fixed(tmp_path / "w.safetensors") == program.with_fixed(weight=W)
    np.savez(tmp_path / "v.npz", weight=-W)
    refused(lambda: key.with_fixed(tmp_path / "v.npz"), "digest")
    refused(lambda: program.with_fixed(tmp_path / "w.npz", weight=W), "not both")
    with pytest.raises(FileNotFoundError):
        program.with_fixed(tmp_path / "none.npz")
    with np.load(tmp_path / "w.npz") as arrays:
        assert program.with_fixed(arrays) == program.with_fixed(weight=W)


def test_a_sweeps_rows_say_what_is_missing():
    program = attnc.compile(SOURCE)
    for given in ({}, {"y": X}):
        (row,) = attnc.sweep(program, n=[4], inputs=lambda p, given=given: given)
        assert row["status"] == "failed" and ("`x`" in row["reason"] or "`y`" in row["reason"])
    (row,) = attnc.sweep(program, n=[4], inputs=lambda p: None)
    assert row["status"] == "failed" and "by name" in row["reason"]
    (row,) = attnc.sweep(program, n=[4], fixed=lambda p: {})
    assert row["status"] == "failed" and "`weight`" in row["reason"]
    refused(lambda: attnc.sweep(program, n=[4], inputs={"x": X}), "function")
    looked = attnc.compile(
        """circuit looked(n = 4) {
            table f(i in 0..=9) : 0..=99 from input
            private input x[n] : 0..=9
            public output y[n]
            y[i in n] = f(x[i])
        }"""
    )
    (row,) = attnc.sweep(looked, n=[4], inputs=lambda p: {"x": np.zeros(4, int)})
    assert row["status"] == "failed" and "`f`" in row["reason"]


def test_a_sweep_asks_for_what_cannot_be_drawn():
    exact = attnc.compile(
        """circuit exact(n = 2) {
            fixed input w[n] : 1..=8
            private input x[n] : 0..=9
            public output y[n]
            assert[i in n] w[i] == 3 + i
            y[i in n] = w[i] * x[i]
        }"""
    )
    (row,) = attnc.sweep(exact, n=[2])
    assert row["status"] == "failed" and "`fixed=`" in row["reason"] and "w" in row["reason"]
    (row,) = attnc.sweep(exact, n=[2], fixed=lambda p: {"w": [3, 4]})
    assert row["status"] == "done"
    sorted_ = attnc.compile(
        """circuit ordered(n = 2) {
            private input x[n] : 0..=1000000
            public output y[n]
            assert[i in n] x[i] == 123457
            y[i in n] = x[i]
        }"""
    )
    (row,) = attnc.sweep(sorted_, n=[2])
    assert row["status"] == "failed" and "`inputs=`" in row["reason"]
