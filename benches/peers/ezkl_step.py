"""One step of EZKL on one attention head: run by peers.py, with the Python that has the package.

    ezkl_step.py STEP FOLDER < settings.json

Each step reads and writes files of FOLDER and prints one line of JSON: `seconds` (of EZKL's own call),
`cpu_seconds`, `peak_rss_bytes` (of this process, the interpreter's 30 MB or so included) and its figures.
"""

import json
import os
import resource
import sys
import time


def peak_rss_bytes():
    """The largest resident set of this process since it began; not its parent's, as ru_maxrss may be."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def write_model(path, positions, width):
    """softmax(query key^T / sqrt(width)) value, as an ONNX graph of float tensors."""
    import numpy
    from onnx import TensorProto, checker, helper, numpy_helper, save

    def tensor(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [positions, width])

    scale = numpy_helper.from_array(numpy.array([width ** -0.5], numpy.float32), "scale")
    nodes = [
        helper.make_node("Transpose", ["key"], ["key_transposed"], perm=[1, 0]),
        helper.make_node("MatMul", ["query", "key_transposed"], ["product"]),
        helper.make_node("Mul", ["product", "scale"], ["score"]),
        helper.make_node("Softmax", ["score"], ["share"], axis=-1),
        helper.make_node("MatMul", ["share", "value"], ["context"]),
    ]
    inputs = [tensor(name) for name in ("query", "key", "value")]
    graph = helper.make_graph(nodes, "attention", inputs, [tensor("context")], [scale])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    # onnx writes its newest format unless told; EZKL's reader is older.
    model.ir_version = 8
    checker.check_model(model)
    save(model, path)


def run_args(ezkl, settings):
    args = ezkl.PyRunArgs()
    for name, value in settings.get("run_args", {}).items():
        setattr(args, name, value)
    return args


def read_settings():
    with open("settings.json", encoding="utf-8") as file:
        return json.load(file)


def settle(ezkl, settings):
    ezkl.gen_settings("model.onnx", "settings.json", py_run_args=run_args(ezkl, settings))
    ezkl.calibrate_settings(
        "input.json", "model.onnx", "settings.json", "resources", **settings.get("calibrate", {})
    )
    ezkl.compile_circuit("model.onnx", "circuit.bin", "settings.json")


def keys(ezkl, settings):
    ezkl.setup("circuit.bin", "verify.key", "prove.key", "insecure.srs")


def prove(ezkl, settings):
    ezkl.gen_witness("input.json", "circuit.bin", "witness.json")
    ezkl.prove("witness.json", "circuit.bin", "prove.key", "proof.json", "insecure.srs")


def verify(ezkl, settings):
    if not ezkl.verify("proof.json", "settings.json", "verify.key", "insecure.srs"):
        raise RuntimeError("EZKL refuses its own proof")


def figures(step):
    """What the files of a finished step say."""
    if step == "settle":
        settings = read_settings()
        wanted = (
            "input_scale", "param_scale", "logrows", "num_inner_cols", "lookup_range",
            "decomp_base", "decomp_legs", "disable_freivalds",
            "input_visibility", "output_visibility", "param_visibility",
        )
        found = {name: settings["run_args"].get(name) for name in wanted}
        return {"settings": found, "rows_needed": settings["num_rows"]}
    if step == "keys":
        return {
            "proving_key_bytes": os.path.getsize("prove.key"),
            "verifying_key_bytes": os.path.getsize("verify.key"),
            "srs_bytes": os.path.getsize("insecure.srs"),
        }
    if step == "prove":
        with open("proof.json", encoding="utf-8") as file:
            proof = json.load(file)
        with open("witness.json", encoding="utf-8") as file:
            witness = json.load(file)
        outputs = witness["pretty_elements"]["rescaled_outputs"][0]
        return {
            "proof_bytes": len(bytes.fromhex(proof["hex_proof"].removeprefix("0x"))),
            "file_bytes": os.path.getsize("proof.json"),
            "outputs": [float(output) for output in outputs],
        }
    return {}


def main():
    step, folder = sys.argv[1:]
    settings = json.load(sys.stdin)
    os.chdir(folder)
    if step == "model":
        write_model("model.onnx", settings["positions"], settings["width"])
        print(json.dumps({}))
        return

    import ezkl

    steps = {
        "settle": settle,
        "keys": keys,
        "prove": prove,
        "verify": verify,
        # A secret of this machine's own making: whoever knows it forges proofs. For measuring only.
        "srs": lambda ezkl, settings: ezkl.gen_srs(
            "insecure.srs", read_settings()["run_args"]["logrows"]
        ),
    }
    wall, cpu = time.perf_counter(), time.process_time()
    steps[step](ezkl, settings)
    measured = {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_rss_bytes": peak_rss_bytes(),
    }
    # Last, and on a line of its own: EZKL prints tables too.
    print("\n" + json.dumps(measured | figures(step)))


if __name__ == "__main__":
    main()
