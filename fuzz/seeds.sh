#!/usr/bin/env bash
# Makes the seeds again (after a change of a format or of the layout), and the corpora from the seeds,
# the examples and the golden errors. Needs a built attnc: cargo build --release
set -euo pipefail
cd "$(dirname "$0")"
attnc=${ATTNC:-../target/release/attnc}

(
    cd seeds
    "../$attnc" key tiny.attn --input in.json --security seed -o tiny.key
    "../$attnc" prove --key tiny.key --input in.json --security seed -o tiny.proof
    "../$attnc" key tiny.attn --input in.json --security seed --hiding -o hiding.key
    # Another each time: masks are drawn anew.
    "../$attnc" prove --key hiding.key --input in.json --security seed -o hiding.proof
)
cp ../examples/*.attn seeds/tiny.attn corpus/source/
for error in ../tests/golden/errors/E0[0-9]1*.attn ../tests/golden/errors/E10*.attn; do
    cp "$error" corpus/source/
done
cp ../tests/golden/tested/E121*.attn corpus/source/
cp seeds/in.json corpus/input/
python3 - <<'PY'
import json, struct, zipfile
given = json.load(open("seeds/in.json"))
with zipfile.ZipFile("corpus/input/in.npz", "w") as archive:
    for name, data in given.items():
        head = "{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }" % len(data)
        head = head.ljust(117) + "\n"
        body = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()
        body += struct.pack("<%dq" % len(data), *data)
        # The same bytes every time.
        archive.writestr(zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0)), body)
header, body = {}, b""
for name, data in given.items():
    packed = struct.pack("<%dh" % len(data), *data)
    places = [len(body), len(body) + len(packed)]
    header[name] = {"dtype": "I16", "shape": [len(data)], "data_offsets": places}
    body += packed
header = json.dumps(header).encode()
safetensors = struct.pack("<Q", len(header)) + header + body
open("corpus/input/in.safetensors", "wb").write(safetensors)
key = open("seeds/tiny.key", "rb").read()
open("corpus/key/tiny.key", "wb").write(key)
proof = open("seeds/tiny.proof", "rb").read()
open("corpus/proof/whole", "wb").write(b"\0" + proof)
proof = open("seeds/hiding.proof", "rb").read()
open("corpus/proof/hiding", "wb").write(b"\4" + proof)
open("corpus/proof/hiding_edited", "wb").write(b"\5" + struct.pack("<I", 40 | 1 << 24))
open("corpus/proof/hiding_cut", "wb").write(b"\7" + bytes(range(12)))
open("corpus/proof/none", "wb").write(b"\1")
open("corpus/proof/edited", "wb").write(b"\1" + struct.pack("<I", 40 | 1 << 24))
open("corpus/proof/cut", "wb").write(b"\3" + bytes(range(12)))
PY
