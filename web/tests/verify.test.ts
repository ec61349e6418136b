// Proofs in the page: those that hold, those that do not, and files that are neither.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { attnc, folder, given, type Given, parts, proved, read, timeless, verdict } from "./attnc";
import { line } from "../page/shown";
import { type Opened, open, took, verify } from "./page";

let opened: Opened;
const tiny = () => ({
    key: given("tiny.key", read("fuzz/seeds/tiny.key")),
    proof: given("tiny.proof", read("fuzz/seeds/tiny.proof")),
});

before(async () => {
    opened = await open();
});
after(async () => {
    await opened.context.close();
    assert.deepEqual(opened.wrong, []);
});

async function words(): Promise<string> {
    return (await opened.page.locator("#found .words").textContent()) ?? "";
}

async function again(): Promise<void> {
    await opened.page.click("#clear");
}

/** A byte changed near the end, in what FRI opens. */
function flipped({ name, buffer }: Given): Given {
    const bytes = Buffer.from(buffer);
    const at = bytes.length - 100;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return given(name, bytes);
}

test("a committed proof holds, in the command line's words, with its tensors", async () => {
    const { page } = opened;
    const { key, proof } = tiny();
    writeFileSync(join(folder, "tiny.key"), key.buffer);
    writeFileSync(join(folder, "tiny.proof"), proof.buffer);
    const { state, said } = await verify(page, [key, proof], 13);
    assert.equal(state, "holds", said);
    assert.match(said, /does not hide/);
    const line = attnc("verify", "tiny.proof", "--key", "tiny.key", "--min-security", "13");
    assert.equal(timeless(await words()), timeless(line));
    const tensors = await page.locator(".tensor h4").allTextContents();
    assert.deepEqual(tensors, ["input y", "output most = 7", "output o"]);
    const numbers = await page
        .locator(".tensor table")
        .first()
        .locator("tbody td")
        .allTextContents();
    assert.deepEqual(numbers, ["-4", "4", "1"]);
    const bits = await page.locator(".account tbody td").allTextContents();
    assert.equal(bits.length, 16);
    for (const of of bits) {
        assert.ok(line.includes(` ${of} `), of);
    }
});

test("96 bits are demanded if nobody says otherwise", async () => {
    const { page } = opened;
    await again();
    const { key, proof } = tiny();
    const { state, said } = await verify(page, [key, proof], 96);
    const line = await verdict("tiny.proof", "tiny.key", 96);
    assert.equal(state, "refused");
    assert.equal(said, `tiny.proof is refused: ${line.reason}`);
});

test("a verdict goes with what was demanded, and another is asked for", async () => {
    const { page } = opened;
    await again();
    const { key, proof } = tiny();
    const { state } = await verify(page, [key, proof], 13);
    assert.equal(state, "holds");
    await page.locator("#bits").fill("120");
    assert.equal(await page.locator("#verdict").getAttribute("data-state"), "none");
    assert.equal(await page.locator("#found").innerText(), "");
    await page.locator("#bits").blur();
    await page.locator('#verdict[data-state="refused"]').waitFor();
    // What is no demand is not verified.
    await page.locator("#bits").fill("-5");
    await page.locator("#bits").blur();
    assert.equal(await page.locator("#verdict").getAttribute("data-state"), "none");
    assert.equal(await page.locator("#bits").getAttribute("aria-invalid"), "true");
    const described = await page.locator("#bits").getAttribute("aria-describedby");
    assert.match((await page.locator(`#${described ?? ""}`).textContent()) ?? "", /0 to 128/);
    // Nothing is not 0: it would hold no proof off.
    await page.locator("#bits").fill("");
    await page.locator("#bits").blur();
    assert.equal(await page.locator("#verdict").getAttribute("data-state"), "none");
    assert.equal(await page.locator("#bits").getAttribute("aria-invalid"), "true");
    // Starting again is from the start.
    await again();
    assert.equal(await page.locator("#bits").inputValue(), "96");
    assert.equal(await page.locator("#bits").getAttribute("aria-invalid"), null);
    await verify(page, [key, proof]);
    await page.locator("#bits").fill("13");
    await page.locator("#bits").blur();
    await page.locator('#verdict[data-state="holds"]').waitFor();
    assert.equal(await page.locator("#bits").getAttribute("aria-invalid"), null);
});

test("a changed proof is refused, for the command line's reason", async () => {
    await again();
    const { key, proof } = tiny();
    const changed = flipped({ ...proof, name: "changed.proof" });
    writeFileSync(join(folder, "changed.proof"), changed.buffer);
    const line = await verdict("changed.proof", "tiny.key", 13);
    assert.equal(line.verified, false);
    const { state, said } = await verify(opened.page, [key, changed], 13);
    assert.equal(state, "refused");
    assert.equal(said, `changed.proof is refused: ${line.reason}`);
    // The reason is Stwo's, and said once; what it means is beside it.
    const found = (await opened.page.locator("#found").textContent()) ?? "";
    assert.match(found, /^[A-Z][^.]*: the proof was changed, .* start again\.$/);
    assert.ok(!found.includes(line.reason ?? ""), found);
});

test("the flagship is verified in less than 50 ms", async (t) => {
    await again();
    const { key, proof, words: line } = proved("decode", "examples/decode.attn");
    const times: { loaded: number; verified: number }[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
        const { state, said } = await verify(opened.page, [key, proof], 96);
        assert.equal(state, "holds", said);
        times.push(await took(opened.page));
    }
    assert.equal(timeless(await words()), timeless(line));
    t.diagnostic(
        `milliseconds: ${times.map(({ loaded, verified }) => `${verified} (key ${loaded})`).join(", ")}`,
    );
    const best = Math.min(...times.map(({ verified }) => verified));
    assert.ok(best < 50, `${best} ms`);
    const { state } = await verify(opened.page, [key, flipped(proof)], 96);
    assert.equal(state, "refused");
});

test("a proof that hides says so, and linked and open parts hold together", async () => {
    const { page } = opened;
    const program = "tests/fixtures/programs/layers_open.attn";
    for (const [name, options] of [
        ["hidden", ["--hiding"]],
        ["linked", ["--plan", "proof p: * by layer"]],
        ["open", ["--plan", "proof p: * open by layer"]],
    ] as const) {
        await again();
        const { key, proof, words: line } = proved(name, program, ...options);
        const { state, said } = await verify(page, [key, proof], 96);
        assert.equal(state, "holds", said);
        assert.match(said, name === "hidden" ? /It hides/ : /does not hide/);
        assert.equal(timeless(await words()), timeless(line));
    }
});

test("what is expected is compared, and what is missing is said", async () => {
    const { page } = opened;
    await again();
    const { key, proof } = tiny();
    const held = await verify(page, [key, proof, given("out.json", '{"o": [2, 80, 2]}')], 13);
    assert.equal(held.state, "holds", held.said);
    assert.match(await words(), /as you expect it/);
    const other = await verify(page, [given("out.json", '{"o": [2, 81, 2]}')]);
    assert.equal(
        other.said,
        "tiny.proof is refused: public tensor `o`: o[1] is 80 in the statement, 81 is expected",
    );
    await again();
    await page.setInputFiles("#files", [proof]);
    await page.locator("#verdict", { hasText: "Now its verifying key" }).waitFor();
    await again();
    await page.setInputFiles("#files", [key]);
    await page.locator("#verdict", { hasText: "Now a proof" }).waitFor();
    assert.equal(await files(), "tiny.key: a verifying key of `tiny` (1,304 bytes) Remove");
});

async function files(): Promise<string> {
    return (await opened.page.locator("#chosen li").allTextContents()).join("\n");
}

test("of files that cannot stand together one is kept, and each can be removed", async () => {
    const { page } = opened;
    await again();
    const { key, proof } = tiny();
    const second = flipped({ ...proof, name: "second.proof" });
    const { state } = await verify(page, [key, proof, second], 13);
    assert.equal(state, "refused");
    const found = (await page.locator("#found").textContent()) ?? "";
    assert.match(found, /`tiny\.proof` and `second\.proof` are each a proof of .*`tiny`/);
    assert.match(found, /start again/);
    await page.getByRole("button", { name: "Keep second.proof" }).click();
    await page.locator("#verdict", { hasText: "second.proof is refused" }).waitFor();
    // By keyboard: the button of the last file, then another file.
    const remove = page.getByRole("button", { name: "Remove second.proof" });
    await remove.focus();
    await page.keyboard.press("Enter");
    await page.locator("#verdict", { hasText: "Now a proof" }).waitFor();
    assert.equal(
        await page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
        "Remove tiny.key",
    );
    const copied = await verify(page, [proof, given("copy.proof", proof.buffer)]);
    assert.equal(copied.state, "refused");
    assert.match((await page.locator("#found").textContent()) ?? "", /byte for byte/);
    await page.getByRole("button", { name: "Keep copy.proof" }).click();
    await page.locator("#verdict", { hasText: "The proof holds" }).waitFor();
    const keys = await verify(page, [given("other.key", key.buffer)]);
    assert.equal(keys.state, "refused");
    assert.match((await page.locator("#found").textContent()) ?? "", /are each a verifying key/);
    await page.getByRole("button", { name: "Keep other.key" }).click();
    await page.locator("#verdict", { hasText: "The proof holds" }).waitFor();
    // A file of a name that is there takes its place, and that is said.
    await verify(page, [given("copy.proof", flipped(proof).buffer)]);
    await page.locator("#chosen", { hasText: "in place of the file of this name" }).waitFor();
    await page.locator("#verdict", { hasText: "copy.proof is refused" }).waitFor();
});

test("a file that can no longer be read is named", async () => {
    const { page } = opened;
    await again();
    const path = join(folder, "gone.key");
    writeFileSync(path, tiny().key.buffer);
    await page.setInputFiles("#files", path);
    await page.locator("#verdict", { hasText: "Now a proof" }).waitFor();
    rmSync(path);
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await page.locator("#found", { hasText: "gone.key cannot be read" }).waitFor();
    assert.match((await page.locator("#found").textContent()) ?? "", /remove it/);
});

test("of several proofs that which is refused is named, and what another program's is", async () => {
    const { page } = opened;
    await again();
    const { key, proofs } = parts(
        "apart",
        "tests/fixtures/programs/layers_open.attn",
        "proof p: * open by layer",
    );
    const [first, ...others] = proofs;
    assert.ok(first && others.length > 0);
    const held = await verify(page, [key, ...proofs], 96);
    assert.equal(held.state, "holds", held.said);
    for (const { name } of proofs) {
        assert.match(await files(), new RegExp(`${name}: a proof, of part `));
    }
    const { said } = await verify(page, [flipped(first)]);
    assert.match(said, new RegExp(`^${first.name} is refused: `));
    await page.getByRole("button", { name: `Remove ${first.name}` }).click();
    await page.locator("#verdict", { hasText: "What is there holds, and is not all: `" }).waitFor();
    assert.match(await words(), /is not there|not covered|missing/);
    const stray = await verify(page, [tiny().proof]);
    assert.match(stray.said, /^tiny\.proof is refused: the proof is about the circuit `tiny`/);
});

/** Numbers from a seed: splitmix64, in part. */
function generator(seed: bigint): (below: number) => number {
    let state = seed;
    return (below) => {
        state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
        let mixed = state;
        mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
        mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
        return Number((mixed ^ (mixed >> 31n)) % BigInt(below));
    };
}

/** A proof with bytes changed, cut off, put in or doubled; now and then as it was. */
function mutated(bytes: Buffer, below: (most: number) => number): Buffer {
    const at = below(bytes.length);
    switch (below(8)) {
        case 0:
            return bytes.subarray(0, at);
        case 1:
            return Buffer.concat([bytes, Buffer.from([below(256)])]);
        case 2:
            return Buffer.concat([
                bytes.subarray(0, at),
                Buffer.from([below(256)]),
                bytes.subarray(at),
            ]);
        case 3:
            return Buffer.from(bytes);
        default: {
            const changed = Buffer.from(bytes);
            // Headers and statements are short: half of the changes are there.
            for (let count = 1 + below(3); count > 0; count -= 1) {
                changed[below(2) === 0 ? below(400) : below(bytes.length)] = below(256);
            }
            return changed;
        }
    }
}

test("200 fuzzed proofs have the command line's verdicts", async (t) => {
    await again();
    const { key, proof } = tiny();
    const below = generator(18n);
    let held = 0;
    const reasons = new Set<string>();
    for (let number = 0; number < 200; number += 1) {
        const bytes = mutated(proof.buffer, below);
        writeFileSync(join(folder, "fuzzed.proof"), bytes);
        const [{ verified, reason }, { said }] = await Promise.all([
            verdict("fuzzed.proof", "tiny.key", 13),
            verify(opened.page, [key, given("fuzzed.proof", bytes)], 13),
        ]);
        const expected = verified
            ? "The proof holds. It does not hide private inputs."
            : `fuzzed.proof is refused: ${line(reason ?? "")}`;
        assert.equal(said, expected, `number ${number}`);
        held += Number(verified);
        reasons.add(reason ?? "");
    }
    t.diagnostic(`${held} hold; ${reasons.size - 1} reasons`);
    assert.ok(held > 5 && held < 100 && reasons.size > 10);
});

test("hostile files are refused, and nothing of theirs becomes markup", async () => {
    const { page } = opened;
    const { key, proof } = tiny();
    const markup = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const lengths = Buffer.from(proof.buffer);
    lengths.writeUInt32LE(0xffffffff, 12);
    const many = Buffer.concat([
        Buffer.from("attncset"),
        Buffer.from([4, 0, 0, 0]),
        Buffer.alloc(1 << 20, 0xff),
    ]);
    const text = key.buffer.toString();
    const keys = {
        deep: `{"format": "attnc-key", "version": ${"[".repeat(1_000_000)}`,
        nested: text.replace(
            '"params"',
            `"more": ${"[".repeat(100_000)}${"]".repeat(100_000)}, "params"`,
        ),
        named: text.replace(/"circuit": ?"tiny"/, `"circuit": ${JSON.stringify(markup)}`),
        turned: text.replace(/"plan": ?"fused"/, '"plan": "\\u202e\\u001b[2J"'),
        empty: "",
        wild: text.replace(/circuit tiny/, `circuit ${"(".repeat(50_000)}`),
    };
    assert.ok(
        keys.named.includes("onerror") &&
            keys.turned.includes("u202e") &&
            keys.wild.length > 50_000,
    );
    const hostile: Given[][] = [
        [key, given("lengths.proof", lengths)],
        [key, given("many.proof", many)],
        [key, given("zeros.proof", Buffer.alloc(8 << 20))],
        [key, given(`${markup}\u202e\u001b[2J.proof`, Buffer.from(proof.buffer.subarray(0, 100)))],
        [key, given("text.proof", markup)],
        [
            key,
            proof,
            given(
                "bomb.npz",
                Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(1 << 16, 0xff)]),
            ),
        ],
        ...Object.entries(keys).map(([name, text]) => [given(`${name}.key`, text), proof]),
    ];
    for (const files of hostile) {
        await again();
        const { state } = await verify(page, files, 13);
        assert.equal(state, "refused", files.map((file) => file.name).join());
        const shown = (await page.locator("#verify").innerText()) ?? "";
        assert.doesNotMatch(shown, /[\u202a-\u202e\u001b]/u);
        assert.equal(await page.locator("#verify img, #verify script, #verify iframe").count(), 0);
    }
    assert.equal(await page.title(), "attnc");
    await again();
    const { state } = await verify(page, [key, proof], 13);
    assert.equal(state, "holds", "the page works on");
});
