// What VS Code gets: the language server, the cost of lines, the plan beside the source.

import { homedir } from "node:os";
import * as vscode from "vscode";

import { command } from "./binary";
import { PlanPanel } from "./plan";
import { Server } from "./server";

let server: Server | undefined;

/** The command `attnc`, as it is set now. */
function attnc(): string {
    return command(vscode.workspace.getConfiguration("attnc").get("path", ""), homedir());
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
    server = new Server(attnc);
    context.subscriptions.push(
        server,
        { dispose: () => PlanPanel.closeAll() },
        vscode.commands.registerCommand("attnc.restart", () => server?.restart()),
        vscode.commands.registerCommand("attnc.toggleCost", toggleCost),
        vscode.commands.registerTextEditorCommand("attnc.drawPlan", (editor) =>
            PlanPanel.show(editor.document, attnc),
        ),
        vscode.workspace.onDidSaveTextDocument((document) => PlanPanel.saved(document)),
        vscode.workspace.onDidChangeConfiguration((change) => {
            if (change.affectsConfiguration("attnc.path")) {
                void server?.restart();
            }
        }),
    );
    await server.restart();
}

export async function deactivate(): Promise<void> {
    await server?.close();
}

/** Writes the setting where it stands already: in the workspace, or else for the user. */
async function toggleCost(): Promise<void> {
    const settings = vscode.workspace.getConfiguration("attnc.inlayHints");
    const inWorkspace = settings.inspect("cost")?.workspaceValue !== undefined;
    await settings.update("cost", !settings.get("cost", false), !inWorkspace);
}
