// The page in a headless browser, as a file: what it says, and that nothing goes wrong beside it.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { Given } from "./attnc";

const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

export interface Opened {
    page: Page;
    context: BrowserContext;
    /** What went wrong: errors of scripts, words on the console, requests of other than files and blobs. */
    wrong: string[];
}

export async function open(settings: { dark?: boolean; width?: number } = {}): Promise<Opened> {
    const context = await chromium.launchPersistentContext(
        mkdtempSync(join(tmpdir(), "attnc-web-user-")),
        {
            executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
            headless: true,
            args: FLAGS,
            colorScheme: settings.dark ? "dark" : "light",
            viewport: { width: settings.width ?? 1024, height: 800 },
        },
    );
    const page = context.pages()[0] ?? (await context.newPage());
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => wrong.push(message.text()));
    page.on("dialog", (dialog) => wrong.push(dialog.message()));
    page.on("request", (request) => {
        if (!/^(file|blob|data):/.test(request.url())) {
            wrong.push(request.url());
        }
    });
    page.setDefaultTimeout(60_000);
    await page.goto(pathToFileURL(resolve("dist/attnc.html")).href);
    await page.waitForSelector("body[data-ready=yes]");
    return { page, context, wrong };
}

/** Gives files as one who chooses them does, and waits for what is said of them. */
export async function verify(
    page: Page,
    files: Given[],
    bits?: number,
): Promise<{ state: string; said: string }> {
    if (bits !== undefined) {
        await page.fill("#bits", String(bits));
    }
    await page.setInputFiles("#files", files);
    const done = page.locator("#verdict:not([data-state=busy]):not([data-state=none])");
    await done.waitFor();
    return {
        state: (await done.getAttribute("data-state")) ?? "",
        said: (await done.textContent()) ?? "",
    };
}

/** What the verifier alone, and the reading of the key, took, as the page says it. */
export async function took(page: Page): Promise<{ loaded: number; verified: number }> {
    const words = (await page.locator("#found .words").textContent()) ?? "";
    const found = /loaded in ([\d.]+) ms, verified in ([\d.]+) ms/.exec(words);
    assert.ok(found, words);
    return { loaded: Number(found[1]), verified: Number(found[2]) };
}
