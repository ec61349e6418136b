// What the server answers, made what VS Code shows best.

import * as vscode from "vscode";
import { MessageType } from "vscode-languageclient/node";

/** A message, with a button: without one VS Code shows its first line and no more. */
export async function said(type: MessageType, message: string): Promise<void> {
    const { showErrorMessage, showInformationMessage } = vscode.window;
    const show = type === MessageType.Error ? showErrorMessage : showInformationMessage;
    const copy = "Copy";
    if ((await show(message, copy)) === copy) {
        await vscode.env.clipboard.writeText(message);
    }
}

/** Where a call is completed, its parameters are shown, as where one types the bracket. */
export function helped<T extends { items: vscode.CompletionItem[] } | vscode.CompletionItem[]>(
    found: T | null | undefined,
): T | null | undefined {
    const items = Array.isArray(found) ? found : (found?.items ?? []);
    for (const item of items) {
        const text = typeof item.insertText === "object" ? item.insertText.value : "";
        if (text.includes("($")) {
            item.command = { title: "Parameters", command: "editor.action.triggerParameterHints" };
        }
    }
    return found;
}

/**
 * The tokens that are not of a type. Words of the language keep the colours of the grammar, which tells what
 * declares from what runs, and has them before the server answers.
 */
export function without(type: number, tokens: Uint32Array): Uint32Array {
    const kept: number[] = [];
    let [lines, columns] = [0, 0];
    for (let at = 0; at + 5 <= tokens.length; at += 5) {
        const token = tokens.slice(at, at + 5);
        const [line = 0, column = 0, length = 0, of = 0, modifiers = 0] = token;
        lines += line;
        columns = line === 0 ? columns + column : column;
        if (of !== type) {
            kept.push(lines, columns, length, of, modifiers);
            [lines, columns] = [0, 0];
        }
    }
    return new Uint32Array(kept);
}
