// The command: how the setting is read, and what is said when it cannot be used.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { command, complaint, probe } from "../../src/binary";

test("a setting is a command, and nothing is the default", () => {
    assert.equal(command("", "/home/ada"), "attnc");
    assert.equal(command("  ", "/home/ada"), "attnc");
    assert.equal(command("~/bin/attnc", "/home/ada"), "/home/ada/bin/attnc");
    assert.equal(command("/opt/attnc", "/home/ada"), "/opt/attnc");
    assert.equal(command("~odd/attnc", "/home/ada"), "~odd/attnc");
});

test("a command that is not there, is too old or works is told apart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "attnc-test-"));
    const script = (name: string, text: string) => {
        writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
        chmodSync(join(folder, name), 0o755);
        return join(folder, name);
    };
    try {
        assert.deepEqual(await probe(join(folder, "nothing")), { kind: "missing" });
        const works = script("works", '[ "$1 $2" = "lsp --help" ]');
        assert.deepEqual(await probe(works), { kind: "works" });
        assert.deepEqual(await probe(script("old", "exit 2")), { kind: "old" });
        chmodSync(works, 0o644);
        assert.equal((await probe(works)).kind, "fails");
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test("what is said names the command, and what to do", () => {
    assert.equal(complaint("attnc", { kind: "works" }), undefined);
    for (const tried of [
        { kind: "missing" },
        { kind: "old" },
        { kind: "fails", why: "EACCES" },
    ] as const) {
        const said = complaint("/opt/attnc", tried) ?? "";
        assert.match(said, /\/opt\/attnc/);
        assert.match(said, /attnc\.path/);
    }
    assert.match(complaint("attnc", { kind: "missing" }) ?? "", /cargo install/);
});
