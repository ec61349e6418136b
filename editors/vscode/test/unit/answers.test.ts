// What is made of the server's answers.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MessageType } from "vscode-languageclient/node";

import { helped, said, without } from "../../src/answers";
import { asked } from "../stub/asked";

test("what is left of the tokens stands where it stood", () => {
    // By line, column, length, type: a word and a name on line 1, a word on 2, two names on 4.
    const tokens = [
        [1, 4, 5, 1, 0],
        [0, 6, 3, 7, 1],
        [1, 0, 5, 1, 0],
        [2, 8, 2, 7, 0],
        [0, 3, 2, 8, 2],
    ];
    const left = [...without(1, new Uint32Array(tokens.flat()))];
    assert.deepEqual(left, [1, 10, 3, 7, 1, 3, 8, 2, 7, 0, 0, 3, 2, 8, 2]);
    assert.deepEqual([...without(-1, new Uint32Array(tokens.flat()))], tokens.flat());
    const line = new Uint32Array([0, 0, 7, 1, 0, 0, 8, 1, 7, 0]);
    assert.deepEqual([...without(1, line)], [0, 8, 1, 7, 0]);
});

test("a call that is completed asks for its parameters, and a name does not", () => {
    const items = (): any[] => [
        { label: "f", insertText: { value: "f($1)$0" } },
        { label: "x", insertText: "x" },
        { label: "circuit" },
    ];
    const commands = (found: any[]) => found.map((item) => item.command?.command);
    const asked = ["editor.action.triggerParameterHints", undefined, undefined];
    assert.deepEqual(commands(helped(items()) as any[]), asked);
    assert.deepEqual(commands((helped({ items: items() }) as any).items), asked);
    assert.equal(helped(null), null);
});

test("a message can be copied, and an error is shown as one", async () => {
    await said(MessageType.Info, "passed");
    asked.press = "Copy";
    await said(MessageType.Error, "failed");
    assert.deepEqual([asked.informed, asked.errors], [["passed"], ["failed"]]);
    assert.deepEqual(asked.copied, ["failed"]);
});
