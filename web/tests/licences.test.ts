// The licences of what is compiled in: a package without one fails the build, and says what to do.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { folder } from "./attnc";

interface Licences {
    ofRust(messages: string): Promise<{ title: string; texts: string[] }[]>;
    notices(packages: { title: string; texts: string[] }[]): string;
}

/** What cargo says of a package that it compiled, for the page or for the machine that builds. */
function compiled(name: string, licence: string, text?: string, target = "wasm32-x"): string {
    const at = join(folder, "crates", name);
    mkdirSync(at, { recursive: true });
    writeFileSync(
        join(at, "Cargo.toml"),
        `[package]\nname = "${name}"\nversion = "1.2.3"\nlicense = "${licence}"\n`,
    );
    if (text !== undefined) {
        writeFileSync(join(at, "LICENSE"), text);
    }
    return JSON.stringify({
        reason: "compiler-artifact",
        manifest_path: join(at, "Cargo.toml"),
        filenames: [`/target/${target}/release/lib${name}.rlib`],
    });
}

test("a package without a licence file is refused, by its name", async () => {
    const { ofRust, notices } = (await import(resolve("licences.mjs"))) as Licences;
    const messages = join(folder, "messages.json");
    const write = (...lines: string[]) => writeFileSync(messages, `${lines.join("\n")}\n`);
    const text = "Copyright (c) 2020 Ada";
    write(
        compiled("one", "MIT", text),
        compiled("two", "MIT", `${text}\n`),
        compiled("apache", "MIT OR Apache-2.0"),
        compiled("macros", "MIT", undefined, "release"),
    );
    const found = await ofRust(messages);
    assert.deepEqual(found.map(({ title }) => title).sort(), [
        "apache 1.2.3 (MIT OR Apache-2.0)",
        "one 1.2.3 (MIT)",
        "two 1.2.3 (MIT)",
    ]);
    const all = notices(found);
    assert.equal(all.split(text).length, 2);
    assert.match(all, /one 1\.2\.3 \(MIT\)\ntwo 1\.2\.3 \(MIT\)\n\nCopyright/);
    assert.match(all, /Apache License/);
    write(compiled("bare", "MIT"));
    await assert.rejects(ofRust(messages), /^Error: bare 1\.2\.3 \(MIT\) has no licence file: put/);
    await assert.rejects(ofRust(join(folder, "none.json")), /run \.\/build/);
});
