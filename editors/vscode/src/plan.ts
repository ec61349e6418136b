// The panel beside a program that shows its plan, drawn again when the program is saved.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";

import { page, request } from "./drawing";

const run = promisify(execFile);

/** How long attnc may take, in milliseconds. */
const PATIENCE = 60_000;

export class PlanPanel implements vscode.Disposable {
    private static readonly shown = new Map<string, PlanPanel>();
    private readonly panel: vscode.WebviewPanel;
    private drawn = 0;

    private constructor(
        private readonly program: vscode.Uri,
        private readonly attnc: () => string,
    ) {
        const title = `Plan of ${basename(program.fsPath)}`;
        const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
        const closed = { enableScripts: false, localResourceRoots: [] };
        this.panel = vscode.window.createWebviewPanel("attnc.plan", title, beside, closed);
        this.panel.onDidDispose(() => PlanPanel.shown.delete(program.toString()));
    }

    /** Shows the plan of a program that is a file. */
    static async show(document: vscode.TextDocument, attnc: () => string): Promise<void> {
        if (document.uri.scheme !== "file") {
            const what = "attnc: the plan is drawn of a file: save the program first.";
            void vscode.window.showInformationMessage(what);
            return;
        }
        const key = document.uri.toString();
        const panel = PlanPanel.shown.get(key) ?? new PlanPanel(document.uri, attnc);
        PlanPanel.shown.set(key, panel);
        panel.panel.reveal(undefined, true);
        await panel.draw();
    }

    /** Draws again what shows this program, or a program that uses it. */
    static async saved(document: vscode.TextDocument): Promise<void> {
        if (document.languageId === "attn") {
            await Promise.all([...PlanPanel.shown.values()].map((panel) => panel.draw()));
        }
    }

    static closeAll(): void {
        PlanPanel.shown.forEach((panel) => panel.dispose());
    }

    dispose(): void {
        this.panel.dispose();
    }

    private async draw(): Promise<void> {
        const number = ++this.drawn;
        const shown = await this.ask();
        // A later save is being drawn, or the panel was closed.
        if (number === this.drawn && PlanPanel.shown.get(this.program.toString()) === this) {
            this.panel.webview.html = page(shown, randomBytes(16).toString("hex"));
        }
    }

    private async ask(): Promise<{ drawing: string } | { refusal: string }> {
        const folder = await mkdtemp(join(tmpdir(), "attnc-plan-"));
        try {
            const drawing = join(folder, "plan.svg");
            const plan = vscode.workspace.getConfiguration("attnc", this.program).get("plan", "");
            const cwd = dirname(this.program.fsPath);
            const asked = request(this.program.fsPath, drawing, plan);
            await run(this.attnc(), asked, { cwd, timeout: PATIENCE });
            return { drawing: await readFile(drawing, "utf8") };
        } catch (error) {
            const { stderr, message } = error as Error & { stderr?: string };
            return { refusal: stderr?.trim() || message };
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    }
}
