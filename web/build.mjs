// Makes dist/attnc.html of the compiled half and the page's sources: one file that needs no other.

import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { notices, ofNpm, ofRust } from "./licences.mjs";

const [wasm] = process.argv.slice(2);
if (wasm === undefined) {
    throw new Error("usage: node build.mjs FILE.wasm");
}

/** The packages that the page has parts of. */
const packages = new Set();

/** The grammar's keywords, with which the editor colours. */
async function keywords() {
    const grammar = await readFile("../compiler/grammar/attn.pest", "utf8");
    const words = [...grammar.matchAll(/^kw_\w+\s*=\s*@\{ "(\w+)"/gm)].map((found) => found[1]);
    if (words.length < 10) {
        throw new Error(`the grammar names ${words.length} keywords`);
    }
    return words;
}

async function bundled(entry, define = {}) {
    const made = await build({
        entryPoints: [entry],
        bundle: true,
        minify: true,
        write: false,
        format: "iife",
        target: "es2022",
        charset: "utf8",
        legalComments: "none",
        loader: { ".attn": "text" },
        define,
        metafile: true,
    });
    for (const file of Object.keys(made.metafile.inputs)) {
        const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
        if (found !== null) {
            packages.add(found[1]);
        }
    }
    return made.outputFiles[0].text;
}

const bytes = await readFile(wasm);
// Only the clock comes from outside: whatever else the compiled half would ask the page for, it has not.
const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(
    ({ module, name }) => `${module}.${name}`,
);
if (imports.join() !== "page.now") {
    throw new Error(`the compiled half asks for ${imports.join(", ")}`);
}
const packed = execFileSync("xz", ["-9e", "--check=crc32", "--stdout"], {
    input: bytes,
    maxBuffer: 1 << 26,
});
const script = await bundled("page/main.ts", { KEYWORDS: JSON.stringify(await keywords()) });
const hash = createHash("sha256").update(script).digest("base64");
const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}' 'wasm-unsafe-eval' blob:`,
    "worker-src blob:",
    // The editor writes its own.
    "style-src 'unsafe-inline'",
    // Drawings are blobs; the editor has its marks as data.
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
];
const worker = await bundled("page/worker.ts");
const handed = [...(await ofNpm(packages)), ...(await ofRust(wasm.replace(/wasm$/, "json")))];
const parts = {
    policy: policy.join("; "),
    style: await readFile("page/style.css", "utf8"),
    compiled: packed.toString("base64"),
    worker,
    script,
    licences: notices(handed).replaceAll("</", "<\\/"),
};
const template = await readFile("page/index.html", "utf8");
const page = template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
await mkdir("dist", { recursive: true });
await writeFile("dist/attnc.html", page);

const size = gzipSync(page, { level: 9 }).length;
const most = 1_000_000;
console.log(
    `dist/attnc.html: ${page.length} bytes, ${size} gzipped; of it the compiled half ${packed.length}`,
);
if (size > most) {
    throw new Error(`the page has ${size} bytes gzipped, ${most} at most`);
}
