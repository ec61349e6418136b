// The command line, which the page is held against, and the files that it makes.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(process.env["ATTNC_ROOT"] ?? "..");
const ATTNC = resolve(process.env["ATTNC"] ?? join(ROOT, "target/debug/attnc"));

export interface Given {
    name: string;
    mimeType: string;
    buffer: Buffer;
}

export function given(name: string, buffer: Buffer | string): Given {
    return { name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) };
}

export function read(path: string): Buffer {
    return readFileSync(join(ROOT, path));
}

/** A folder for files of one test run. */
export const folder = mkdtempSync(join(tmpdir(), "attnc-web-"));

/** What a command prints; it has to succeed. */
export function attnc(...words: string[]): string {
    return execFileSync(ATTNC, words, {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
    });
}

/** What a command prints that does not succeed. */
export function failing(...words: string[]): string {
    try {
        return attnc(...words) && "";
    } catch (error) {
        return (error as { stdout: string }).stdout;
    }
}

export interface Verdict {
    verified: boolean;
    reason: string | null;
    verify_ms: number | null;
}

/** What `attnc verify --json` says; the errors of a file that it does not take are thrown. */
export function verdict(proof: string, key: string, bits: number): Promise<Verdict> {
    const words = ["verify", proof, "--key", key, "--min-security", String(bits), "--json"];
    return new Promise((resolve, reject) => {
        execFile(ATTNC, words, { cwd: folder, maxBuffer: 1 << 26 }, (_, out) => {
            const said = JSON.parse(out) as Verdict & { errors?: unknown };
            if (said.errors) {
                reject(new Error(out));
            } else {
                resolve(said);
            }
        });
    });
}

/** A program of the project: its key, a proof on drawn inputs, and what the command line says of it. */
export function proved(
    name: string,
    program: string,
    ...options: string[]
): { key: Given; proof: Given; words: string } {
    const file = join(ROOT, program);
    attnc("sample", file, "-o", `${name}.json`);
    attnc("key", file, "-o", `${name}.key`, ...options);
    attnc("prove", file, "--input", `${name}.json`, "-o", `${name}.proof`, ...options);
    const words = attnc("verify", `${name}.proof`, "--key", `${name}.key`);
    const made = (end: string) =>
        given(`${name}.${end}`, readFileSync(join(folder, `${name}.${end}`)));
    return { key: made("key"), proof: made("proof"), words };
}

/** A program's key under a plan of several parts, and a proof of each part. */
export function parts(
    name: string,
    program: string,
    plan: string,
): { key: Given; proofs: Given[] } {
    const file = join(ROOT, program);
    const planned = ["--plan", plan];
    const found = JSON.parse(attnc("inspect", file, ...planned, "--json")) as {
        parts: { part: string; proofs: { name: string }[] }[];
    };
    attnc("sample", file, "-o", `${name}.json`);
    attnc("key", file, "-o", `${name}.key`, ...planned);
    const made = (name: string) => given(name, readFileSync(join(folder, name)));
    const proofs = found.parts.map(({ proofs }, number) => {
        const proof = `${name}${number}.proof`;
        const only = ["--only", proofs[0]?.name ?? ""];
        attnc("prove", file, "--input", `${name}.json`, "-o", proof, ...planned, ...only);
        return made(proof);
    });
    return { key: made(`${name}.key`), proofs };
}

/** Words of the command line without the times in them. */
export function timeless(words: string): string {
    return words.replace(/\d+\.\d ms/g, "_ ms").trim();
}
