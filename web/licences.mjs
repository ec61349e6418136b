// What whoever hands on others' code has to hand on with it: of each package its name, version, licence and texts.

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const TEXT = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;

/** The licence files of a folder. */
async function texts(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((one) => !one.isDirectory() && TEXT.test(one.name));
    return Promise.all(names.map(({ name }) => readFile(join(folder, name), "utf8")));
}

/** The packages of npm that are bundled. */
export async function ofNpm(names) {
    return Promise.all(
        [...names].map(async (name) => {
            const folder = `node_modules/${name}`;
            const said = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
            const found = await texts(folder);
            if (found.length === 0) {
                // What its code begins with.
                const code = await readFile(`${folder}/${said.main}`, "utf8");
                found.push(...(/^\/\*![\s\S]*?\*\//.exec(code)?.slice(0, 1) ?? []));
            }
            return whole(name, said.version, said.license, found);
        }),
    );
}

/** The packages of Rust that are compiled in, of what cargo said when it built them (`--message-format=json`). */
export async function ofRust(messages) {
    if (!existsSync(messages)) {
        throw new Error(`${messages} is not there, which says what is compiled in: run ./build`);
    }
    const artifacts = (await readFile(messages, "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
        // Macros and build scripts are of the machine that builds.
        .filter(({ filenames }) => filenames?.some((file) => file.includes("/wasm32-")));
    const manifests = new Set(artifacts.map((artifact) => artifact.manifest_path));
    if (manifests.size === 0) {
        throw new Error(`${messages} names nothing that is compiled in: run ./build`);
    }
    return Promise.all([...manifests].map(package_));
}

async function package_(manifest) {
    const folder = dirname(manifest);
    const said = await readFile(manifest, "utf8");
    const value = (key) => new RegExp(`^${key} *= *["']([^"']+)["']`, "m").exec(said)?.[1];
    const name = value("name") ?? basename(folder);
    const licence = value("license");
    const version = value("version") ?? "";
    if (manifest.includes("/rustlib/src/rust/library/")) {
        return whole(name, "of Rust", licence ?? "MIT OR Apache-2.0", [
            await readFile("licences/rust.txt", "utf8"),
        ]);
    }
    // attnc's own.
    if (
        existsSync(join(folder, "../LICENSE-MIT")) &&
        /^(license\.workspace|publish *= *false)/m.test(said)
    ) {
        return whole(name, "", "MIT OR Apache-2.0", await texts(join(folder, "..")));
    }
    const found = await texts(folder);
    const kept = `licences/${name}.txt`;
    if (found.length === 0 && existsSync(kept)) {
        found.push(await readFile(kept, "utf8"));
    }
    // This licence is one text for all, which names nobody.
    if (found.length === 0 && licence?.split(/ OR | *\/ */).includes("Apache-2.0")) {
        found.push(await readFile("../LICENSE-APACHE", "utf8"));
    }
    return whole(name, version, licence, found);
}

function whole(name, version, licence, texts) {
    const title = `${name} ${version}`.trim();
    if (licence === undefined) {
        throw new Error(`${title} does not say under which licence it is handed on`);
    }
    if (texts.length === 0) {
        throw new Error(
            `${title} (${licence}) has no licence file: put the one of its repository into web/licences/${name}.txt`,
        );
    }
    return { title: `${title} (${licence})`, texts };
}

/** All of it as a text, in which no text stands twice. */
export function notices(packages) {
    const of = new Map();
    const sorted = [...packages].sort((a, b) => (a.title < b.title ? -1 : 1));
    for (const { title, texts } of sorted) {
        for (const text of texts) {
            const key = text.replace(/\s+/g, " ").trim();
            const known = of.get(key) ?? { titles: [], text };
            known.titles.push(title);
            of.set(key, known);
        }
    }
    const list = sorted.map(({ title }) => title).join("\n");
    // Like stands beside like: that packs well.
    const alike = [...of].sort(([a], [b]) => (a < b ? -1 : 1));
    const shown = alike.map(
        ([, { titles, text }]) => `${"-".repeat(40)}\n${titles.join("\n")}\n\n${text.trim()}\n`,
    );
    return `${list}\n\n${shown.join("\n")}`;
}
