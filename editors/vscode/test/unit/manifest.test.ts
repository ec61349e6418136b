// The manifest names the source's commands and settings; the language's settings do what they should.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = process.cwd();
const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));
const { contributes } = json("package.json");
const source = readdirSync(join(root, "src"))
    .map((name) => readFileSync(join(root, "src", name), "utf8"))
    .join("\n");

test("every command that is shown is one that the extension has", () => {
    const shown = contributes.commands.map(({ command }: { command: string }) => command);
    const there = [...source.matchAll(/register(?:TextEditor)?Command\("([^"]+)"/g)].map(
        (found) => found[1],
    );
    assert.deepEqual(shown.sort(), there.sort());
    assert.ok(shown.length > 2);
});

test("every setting is read by the extension or by the server", () => {
    const ours = ["attnc.path", "attnc.plan"];
    const servers = ["attnc.inlayHints.cost", "attnc.inlayHints.interval", "attnc.trace.server"];
    assert.deepEqual(
        Object.keys(contributes.configuration.properties).sort(),
        [...ours, ...servers].sort(),
    );
    for (const name of ours) {
        assert.ok(source.includes(`.get("${name.slice("attnc.".length)}"`), name);
    }
});

test("a level is four spaces, as attnc fmt has it, and no hint is cut off", () => {
    const formatted = readFileSync(join(root, "test/snapshots/tour.attn"), "utf8");
    const { "[attn]": defaults } = contributes.configurationDefaults;
    assert.match(formatted, new RegExp(`^ {${defaults["editor.tabSize"]}}\\S`, "m"));
    assert.equal(defaults["editor.insertSpaces"], true);
    assert.equal(defaults["editor.detectIndentation"], false);
    // An interval and a cost on one line are longer than what VS Code cuts off.
    assert.equal(defaults["editor.inlayHints.maximumLength"], 0);
});

test("no command of the server is one that the extension has too", () => {
    const servers = [...source.matchAll(/^ +"(attnc\.\w+)": "/gm)].map((found) => found[1]);
    assert.equal(servers.length, 3);
    const shown = contributes.commands.map(({ command }: { command: string }) => command);
    assert.deepEqual(
        servers.filter((name) => shown.includes(name)),
        [],
    );
});

test("lines are indented after what is open, and not after what is closed", () => {
    const { indentationRules: rules } = json("language-configuration.json");
    const increase = new RegExp(rules.increaseIndentPattern);
    for (const line of [
        "circuit c(n = 4) {",
        "    step t in n {",
        "    y = f(",
        'test "a" (n = 1) {  // why',
    ]) {
        assert.match(line, increase);
    }
    for (const line of ["    y = f(x[0])", "// circuit {", "plan p { proof a: * }", "}"]) {
        assert.doesNotMatch(line, increase);
    }
    assert.match("    }", new RegExp(rules.decreaseIndentPattern));
    const next = new RegExp(rules.indentNextLinePattern);
    assert.match("        context[t, d in width] =", next);
    for (const line of ["    assert a ==", "    y = 1", "    // a ="]) {
        assert.doesNotMatch(line, next);
    }
});

test("a name is one word, with what a call made", () => {
    const word = new RegExp(json("language-configuration.json").wordPattern, "g");
    assert.deepEqual("norm#1.square + y_2[3]".match(word), ["norm#1.square", "y_2"]);
});
