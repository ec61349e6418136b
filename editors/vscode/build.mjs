// Bundles the extension, and the licences of what is in the bundle.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const { metafile } = await build({
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode"],
    logLevel: "warning",
    metafile: true,
});

const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const packages = new Set(
    Object.keys(metafile.inputs).flatMap((path) => folder.exec(path)?.[1] ?? []),
);
const notices = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) {
        throw new Error(`${name} ${version} has no licence beside it`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), "utf8").trim()}\n`;
});
writeFileSync("dist/LICENSES.txt", notices.join(`\n${"-".repeat(80)}\n\n`));
