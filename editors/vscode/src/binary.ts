// The command `attnc`: where it is, and what to say when it cannot be used.

import { execFile } from "node:child_process";
import { join } from "node:path";

/** What a try to run the command came to. */
export type Tried =
    { kind: "works" } | { kind: "missing" } | { kind: "old" } | { kind: "fails"; why: string };

/** The setting `attnc.path` as a command: `~/` is the home folder, and nothing is the default. */
export function command(setting: string, home: string): string {
    const path = setting.trim();
    if (path === "") {
        return "attnc";
    }
    return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

/** Whether there is such a command, and whether it has a language server. */
export function probe(path: string): Promise<Tried> {
    return new Promise((resolve) => {
        execFile(path, ["lsp", "--help"], { timeout: 10_000 }, (error) => {
            if (error === null) {
                resolve({ kind: "works" });
            } else if (error.code === "ENOENT") {
                resolve({ kind: "missing" });
            } else if (typeof error.code === "number") {
                resolve({ kind: "old" });
            } else {
                resolve({ kind: "fails", why: error.message });
            }
        });
    });
}

/** What is wrong and what to do, in words; nothing if the command works. */
export function complaint(path: string, tried: Tried): string | undefined {
    const instead = "or name another in the setting attnc.path.";
    const install = "`cargo install --path runtime --locked` puts it on the path";
    switch (tried.kind) {
        case "works":
            return undefined;
        case "missing":
            return `attnc: there is no command "${path}". In a clone of attnc, ${install}; ${instead}`;
        case "old":
            return `attnc: "${path}" has no language server. Install a newer one, ${instead}`;
        case "fails":
            return `attnc: "${path}" cannot be run (${tried.why}). Mend that, ${instead}`;
    }
}
