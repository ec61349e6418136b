// The language server, `attnc lsp`: started, restarted, stopped.

import * as vscode from "vscode";
import { LanguageClient, ShowMessageNotification } from "vscode-languageclient/node";

import { helped, said, without } from "./answers";
import { complaint, probe } from "./binary";

/** What takes its time, while it does: the server says itself what came of it. */
const UNDER_WAY: Record<string, string> = {
    "attnc.runTest": "attnc: running the test",
    "attnc.prove": "attnc: proving and verifying",
    "attnc.boundaryCost": "attnc: pricing boundaries",
};

export class Server implements vscode.Disposable {
    private client: LanguageClient | undefined;
    /** Starts and stops, one after the other. */
    private queue: Promise<void> = Promise.resolve();

    constructor(private readonly attnc: () => string) {}

    restart(): Promise<void> {
        this.queue = this.queue.then(() => this.start());
        return this.queue;
    }

    close(): Promise<void> {
        this.queue = this.queue.then(() => this.stop());
        return this.queue;
    }

    dispose(): void {
        void this.close();
    }

    /** Starts the server, in the place of one that runs. */
    private async start(): Promise<void> {
        const command = this.attnc();
        const wrong = complaint(command, await probe(command));
        // Only now: what led here, a changed setting, is told to the old server too.
        await this.stop();
        if (wrong !== undefined) {
            // Without an answer nothing waits for one.
            void this.complain(wrong);
            return;
        }
        this.client = new LanguageClient(
            "attnc",
            "attnc",
            { command, args: ["lsp"] },
            {
                documentSelector: [
                    { scheme: "file", language: "attn" },
                    { scheme: "untitled", language: "attn" },
                ],
                middleware: {
                    executeCommand: (name, given, next) => {
                        const title = UNDER_WAY[name] ?? `attnc: ${name}`;
                        const location = vscode.ProgressLocation.Notification;
                        return vscode.window.withProgress({ location, title }, async () =>
                            next(name, given),
                        );
                    },
                    provideCompletionItem: async (document, position, context, token, next) =>
                        helped(await next(document, position, context, token)),
                    provideDocumentSemanticTokens: async (document, token, next) => {
                        const found = await next(document, token);
                        return found && new vscode.SemanticTokens(without(this.word(), found.data));
                    },
                },
                initializationOptions: vscode.workspace.getConfiguration("attnc"),
                synchronize: {
                    configurationSection: "attnc",
                    fileEvents: vscode.workspace.createFileSystemWatcher("**/*.attn"),
                },
            },
        );
        this.client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
            void said(type, message);
        });
        try {
            await this.client.start();
        } catch (error) {
            this.client = undefined;
            void this.complain(`attnc: the language server did not start: ${String(error)}`);
        }
    }

    private async stop(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        await client?.dispose();
    }

    /** The type that the server gives words of the language, as a number. */
    private word(): number {
        const { semanticTokensProvider } = this.client?.initializeResult?.capabilities ?? {};
        return semanticTokensProvider?.legend.tokenTypes.indexOf("keyword") ?? -1;
    }

    private async complain(what: string): Promise<void> {
        const setting = "Open the Setting";
        if ((await vscode.window.showErrorMessage(what, setting)) === setting) {
            // It is a machine's own: of a remote machine it is not among the user's.
            const remote = vscode.env.remoteName !== undefined;
            await (remote
                ? vscode.commands.executeCommand("workbench.action.openRemoteSettings", {
                      query: "attnc.path",
                  })
                : vscode.commands.executeCommand("workbench.action.openSettings", "attnc.path"));
        }
    }
}
