// The extension without VS Code: what it registers, says and draws.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { activate, deactivate } from "../../src/extension";
import { asked } from "../stub/asked";

const folder = mkdtempSync(join(tmpdir(), "attnc-test-"));
const document = (scheme: string) => {
    const path = join(folder, "a.attn");
    return {
        languageId: "attn",
        uri: { scheme, fsPath: path, toString: () => `${scheme}:${path}` },
    };
};
const call = (name: string, ...given: unknown[]) => asked.commands.get(name)?.(...given);

/** A command that draws what is given, and refuses a plan that is called `no`. */
function drawer(text: string): void {
    const script = `#!/bin/sh
for word; do
    case $word in
        --graph=*) out=\${word#--graph=} ;;
        --plan=no) echo "no <plan>" >&2; exit 1 ;;
    esac
done
echo '${text}' > "$out"
`;
    writeFileSync(join(folder, "attnc"), script);
    chmodSync(join(folder, "attnc"), 0o755);
    asked.settings.set("attnc.path", join(folder, "attnc"));
}

before(async () => {
    asked.settings.set("attnc.path", join(folder, "nothing"));
    await activate({ subscriptions: [] } as any);
});
after(async () => {
    await deactivate();
    rmSync(folder, { recursive: true });
});

test("without the command there is a message that names it, and the rest works", () => {
    assert.equal(asked.errors.length, 1);
    assert.ok(asked.errors[0]?.includes(join(folder, "nothing")));
    assert.deepEqual([...asked.commands.keys()].sort(), [
        "attnc.drawPlan",
        "attnc.restart",
        "attnc.toggleCost",
    ]);
});

test("its button opens the setting, of the machine where the command is run", async () => {
    asked.press = "Open the Setting";
    await call("attnc.restart");
    asked.remote = "ssh-remote";
    await call("attnc.restart");
    asked.press = asked.remote = undefined;
    // What is said is not waited for.
    await new Promise(setImmediate);
    assert.deepEqual(asked.executed, [
        ["workbench.action.openSettings", "attnc.path"],
        ["workbench.action.openRemoteSettings", { query: "attnc.path" }],
    ]);
});

test("the cost of lines is turned where it is set", async () => {
    await call("attnc.toggleCost");
    asked.settings.set("attnc.inlayHints.cost", true);
    asked.inWorkspace.add("attnc.inlayHints.cost");
    await call("attnc.toggleCost");
    const name = "attnc.inlayHints.cost";
    assert.deepEqual(asked.updated, [
        [name, true, true],
        [name, false, false],
    ]);
});

test("a plan is drawn, drawn again when the program is saved, and refused in words", async () => {
    const image = (text: string) => `base64,${Buffer.from(`${text}\n`).toString("base64")}"`;
    drawer("<svg>1</svg>");
    await call("attnc.drawPlan", { document: document("file") });
    const [panel] = asked.panels;
    assert.ok(panel);
    assert.ok(panel.webview.html.includes(image("<svg>1</svg>")));
    assert.equal(panel.title, "Plan of a.attn");
    assert.deepEqual(panel.options, { enableScripts: false, localResourceRoots: [] });

    drawer("<svg>2</svg>");
    const save = () => Promise.all(asked.saved.map((saved) => saved(document("file"))));
    await save();
    assert.ok(panel.webview.html.includes(image("<svg>2</svg>")));

    asked.settings.set("attnc.plan", "no");
    await save();
    assert.match(panel.webview.html, /<pre>no &lt;plan&gt;<\/pre>/);

    // Asked again, the same panel; closed, nothing is drawn into it.
    await call("attnc.drawPlan", { document: document("file") });
    assert.equal(asked.panels.length, 1);
    panel.close();
    panel.webview.html = "closed";
    await save();
    assert.equal(panel.webview.html, "closed");
});

test("what is no file is not drawn", async () => {
    await call("attnc.drawPlan", { document: document("untitled") });
    assert.match(asked.informed[0] ?? "", /save the program/);
    assert.equal(asked.panels.length, 1);
});
