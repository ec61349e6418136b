// Programs in the page: an error is typed, seen and mended; costs, plans, keyboard, a phone, the dark.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { attnc, failing, folder, read, ROOT } from "./attnc";
import { type Opened, open } from "./page";

let opened: Opened;

before(async () => {
    opened = await open();
    await opened.page.click("#play-tab");
});
after(async () => {
    await opened.context.close();
    assert.deepEqual(opened.wrong, []);
});

const said = (pattern: RegExp) => opened.page.locator("#checked", { hasText: pattern }).waitFor();

/** Puts a program in place of the one that is there, as one who types does. */
async function write(program: string): Promise<void> {
    const { page } = opened;
    await page.click(".cm-content");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(program);
}

const VOTE = `circuit vote(count = 4) {
    private input ballot[count] : 0..=10
    public output mean
    mean = round_half_up(sum(i in count) ballot[i] / count)
}
`;

test("an error is seen where it is, mended, and the cost is there", async () => {
    const { page } = opened;
    await said(/No errors/);
    // Letters of one, two, three and four bytes stand before the error.
    await write(
        VOTE.replace("circuit", "// é 中 🦀\ncircuit").replace(
            "round_half_up(sum(i in count) ballot[i] / count)",
            "sum(i in count) ballot[i] / count",
        ),
    );
    await said(/1 error/);
    assert.equal(
        await page.locator(".cm-lintRange-error").textContent(),
        "sum(i in count) ballot[i] / count",
    );
    const problem = (await page.locator("#problems .fault").textContent()) ?? "";
    assert.match(
        problem,
        /^line 5, column 12 \[E026\] this division is not rounded.*hint: say how/s,
    );
    assert.equal(await page.locator("#stale").isVisible(), true);
    await page.click("#problems summary");
    await page.locator("#problems pre", { hasText: "Right" }).waitFor();
    assert.equal(await page.locator("#problems pre").textContent(), attnc("explain", "E026"));
    await page.click("#problems .place");
    await page.keyboard.insertText("round_half_up(");
    await page.keyboard.press("End");
    await page.keyboard.insertText(")");
    await said(/No errors/);
    assert.equal(await page.locator(".cm-lintRange-error").count(), 0);
    assert.ok((await page.locator(".costs .cm-gutterElement span").count()) > 1);
});

test("a program is laid out as the command line does it", async () => {
    const { page } = opened;
    await write("circuit  c { private input x : 0..9\n public output y\n y = 2*x }");
    await said(/No errors/);
    await page.click("#format");
    await page.locator(".cm-content", { hasText: "y = 2 * x" }).waitFor();
    assert.match(
        await page.locator(".cm-content").innerText(),
        /^circuit c \{\n {4}private input x/,
    );
    await said(/No errors/);
});

test("what is predicted is what the command line predicts, and two plans stand side by side", async () => {
    const { page } = opened;
    await page.selectOption("#example", "decode");
    await said(/Plan fused/);
    await page.selectOption("#other", "sidecar");
    await page.locator("#figures th", { hasText: "second / first" }).waitFor();
    for (const [column, plan] of ["fused", "sidecar"].entries()) {
        const line = attnc("inspect", `${ROOT}/examples/decode.attn`, "--plan", plan, "--json");
        const { predicted_bytes, columns } = JSON.parse(line) as {
            predicted_bytes: number;
            columns: number;
        };
        const cell = (row: string) =>
            page.locator("#figures tr", { hasText: row }).locator("td").nth(column).textContent();
        assert.equal(await cell("predicted bytes"), predicted_bytes.toLocaleString("en"));
        assert.equal(await cell("columns"), columns.toLocaleString("en"));
    }
    await page.selectOption("#plan", "sidecar");
    await said(/Plan sidecar/);
    const drawn = page.locator("#graph img");
    assert.ok(
        await drawn.evaluate(
            async (image: HTMLImageElement) => (await image.decode(), image.naturalWidth),
        ),
    );
    await page.fill('#params input[name="steps"]', "16");
    await page.press('#params input[name="steps"]', "Enter");
    await page.locator("#problems", { hasText: "steps = 16" }).waitFor();
});

/** What a field says is wrong with it: nothing if it is not marked. */
async function wrong(selector: string): Promise<string> {
    const { page } = opened;
    const field = page.locator(selector);
    const [invalid, described] = await Promise.all([
        field.getAttribute("aria-invalid"),
        field.getAttribute("aria-describedby"),
    ]);
    if (invalid === null) {
        assert.equal(described, null);
        return "";
    }
    return (await page.locator(`#${described ?? "none"}`).textContent()) ?? "";
}

const chosen = (id: string) => opened.page.locator(`#${id} option:checked`).textContent();

test("what is wrong with a field stands at the field, and is not the program's", async () => {
    const { page } = opened;
    await page.selectOption("#example", "decode");
    await said(/No errors/);
    const plan = await chosen("plan");
    await page.fill("#own", "proof a: * - context  proof b: nothing");
    await page.press("#own", "Enter");
    await said(/1 error, of your own plan; the program has none/);
    assert.match(await wrong("#own"), /column 32 \[E010\]/);
    assert.equal(await chosen("plan"), "your own");
    assert.equal(await page.locator("#problems .fault").count(), 0);
    assert.equal(await page.locator(".cm-lintRange-error").count(), 0);
    assert.equal(await page.locator("#stale").isVisible(), true);
    await page.fill("#own", "proof a: * - context  proof b: context");
    await page.press("#own", "Enter");
    await said(/No errors. Plan proof a/);
    assert.equal(await wrong("#own"), "");
    // It is one of the plans, beside those of the program.
    await page.selectOption("#plan", plan ?? "");
    await page.selectOption("#other", "*");
    await page.locator("#figures th", { hasText: "second / first" }).waitFor();
    await page.fill("#own", "");
    await page.press("#own", "Enter");
    await said(new RegExp(`Plan ${plan}`));
    assert.equal(await page.locator("#other option[value='*']").count(), 0);

    const steps = '#params input[name="steps"]';
    await page.fill(steps, "1.5");
    await page.press(steps, "Enter");
    await page.locator("#params .fault", { hasText: "whole number" }).waitFor();
    assert.match(await wrong(steps), /steps is a whole number/);
    await page.fill(steps, "-3");
    await page.press(steps, "Enter");
    await said(/of the parameter steps; the program has none/);
    assert.match(await wrong(steps), /\[E\d+\]/);
    assert.equal(await page.locator(".cm-lintRange-error").count(), 0);
    await page.fill(steps, "8");
    await page.press(steps, "Enter");
    await said(/No errors/);
    assert.equal(await wrong(steps), "");

    await write("circuit wide { private input x : 0..9  public output y  y = x + }");
    await said(/^\d+ errors?$/);
    assert.equal(await wrong("#own"), "");
});

test("a program's tests are run, in the words of the command line", async () => {
    const { page } = opened;
    const program = `${VOTE}
test "a half is rounded up" { ballot = [3, 10, 8, 5]  expect mean == 7 }
test "any" { sample 50  expect mean <= 10 }
test "wrong" { ballot = [3, 10, 8, 5]  expect mean == 6 }
test "proved" { ballot = [3, 10, 8, 5]  prove }
test_fails "there is no eleven" E081 { ballot = [3, 11, 8, 5] }
`;
    await write(program);
    await page.locator("#tests", { hasText: "5 tests" }).waitFor();
    assert.match(
        (await page.locator("#tests").textContent()) ?? "",
        /all but the one with `prove`/,
    );
    await page.getByRole("button", { name: "Run its tests" }).click();
    await page.locator("#tests .verdict", { hasText: "3 passed, 1 failed; 1 not run" }).waitFor();
    const lines = await page.locator("#tests .tests > li").allTextContents();
    const at = ["passed  a half is", "passed  any (50 draws)", "FAILED  wrong", "not run  proved"];
    for (const [number, words] of at.entries()) {
        assert.ok(lines[number]?.startsWith(words), lines.join("\n"));
    }
    writeFileSync(join(folder, "vote.attn"), program);
    const { files } = JSON.parse(failing("test", "vote.attn", "--json")) as {
        files: { tests: { name: string; errors: { message: string }[] }[] }[];
    };
    const message = files[0]?.tests[2]?.errors[0]?.message ?? "";
    assert.ok(message !== "" && lines[2]?.includes(message), message);
    await write(VOTE);
    await page.locator("#tests").waitFor({ state: "detached" });
});

test("the licences of what is compiled in are shown, with whose it is", async () => {
    const { page } = opened;
    await page.click("#about summary");
    // They are put there when they are asked for.
    await page.locator("#about pre", { hasText: "stwo 2." }).waitFor();
    const text = (await page.locator("#about pre").textContent()) ?? "";
    for (const part of [
        "stwo 2.",
        "(Apache-2.0)",
        "astro-float-num",
        "Copyright (c) 2022 stencillogic",
        "std of Rust",
        "The Rust Project Contributors",
        "@codemirror/view",
        "Marijn Haverbeke",
    ]) {
        assert.ok(text.includes(part), part);
    }
    // No text stands there twice.
    assert.equal(text.split("Copyright (c) 2022 stencillogic").length, 2);
    await page.click("#about summary");
});

test("hostile programs neither hang the page nor become markup", async () => {
    const { page } = opened;
    const markup = "<img src=x onerror=document.title=1>";
    for (const program of [
        `circuit ${markup} { }`,
        `circuit c { public output ${"(".repeat(20_000)} }`,
        `circuit c { public output y  y = ${"1 + ".repeat(20_000)}1 }`,
        `circuit c(n = 1000000000) { private input x[n, n, n] : 0..9  public output y  y = sum(i in n) x[i, i, i] }`,
        "circuit c { y = \u202e1\u001b[2J }",
    ]) {
        await write(program);
        await said(/error/);
        assert.equal(
            await page.locator("#problems img, #editor img:not(.cm-widgetBuffer)").count(),
            0,
        );
    }
    assert.equal(await page.title(), "attnc");
    await write(VOTE);
    await said(/No errors/);
});

test("a question that takes too long is ended, and the next one is answered", async () => {
    const { page } = opened;
    await page.clock.install();
    // A whole model: its layout is looked for for seconds, of which each is made to count for many.
    await write(read("examples/stories260k.attn").toString());
    await page.clock.runFor(300);
    for (
        let turn = 0;
        turn < 200 && !(await page.locator("#checked", { hasText: "1 error" }).isVisible());
        turn += 1
    ) {
        await page.clock.runFor(21_000);
    }
    assert.match((await page.locator("#problems").textContent()) ?? "", /ended after 20 seconds/);
    await write(VOTE);
    await page.clock.runFor(300);
    await said(/No errors/);
    await page.clock.resume();
});

test("all of it is reached by keyboard, and says what it is", async () => {
    const { page } = opened;
    await page.locator("#play-tab").focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator("#verify").isVisible(), true);
    await page.keyboard.press("Tab");
    const seen = new Set<string>();
    const here = () => page.evaluate(() => document.activeElement?.id ?? "");
    for (let step = 0; step < 12; step += 1) {
        seen.add(await here());
        await page.keyboard.press("Tab");
    }
    for (const id of ["files", "clear", "bits", "proven", "context", "whole"]) {
        assert.ok(seen.has(id), `${id} is not among ${[...seen].join()}`);
    }
    await page.locator("#verify-tab").focus();
    await page.keyboard.press("ArrowRight");
    await page.click(".cm-content");
    // Tab leaves the editor.
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.closest(".cm-content")), null);
    const unnamed = await page.evaluate(() => {
        const all = document.querySelectorAll<HTMLInputElement>(
            "input, select, button, canvas, img, [tabindex='0']",
        );
        const named = (one: HTMLInputElement) =>
            one.labels?.length ||
            one.textContent?.trim() ||
            one.alt ||
            one.ariaLabel ||
            one.closest("[aria-label]");
        return [...all].filter((one) => !named(one)).map((one) => one.outerHTML.slice(0, 100));
    });
    assert.deepEqual(unnamed, []);
});

/** The contrast of an element's text with what is behind it (WCAG 2, 1.4.3). */
const contrast = (selector: string) =>
    opened.page.evaluate((selector) => {
        const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
        const light = ([r = 0, g = 0, b = 0]: number[]) => {
            const [x = 0, y = 0, z = 0] = [r, g, b].map((c) =>
                c <= 10 ? c / 3294 : ((c / 255 + 0.055) / 1.055) ** 2.4,
            );
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const found = document.querySelector(selector);
        if (!found) {
            return 0;
        }
        let behind: Element | null = found;
        while (behind && parse(getComputedStyle(behind).backgroundColor)[3] === 0) {
            behind = behind.parentElement;
        }
        const two = [
            getComputedStyle(found).color,
            behind ? getComputedStyle(behind).backgroundColor : "255 255 255",
        ];
        const [a = 0, b = 0] = two.map((color) => light(parse(color))).sort((a, b) => b - a);
        return (a + 0.05) / (b + 0.05);
    }, selector);

test("on a phone nothing is wider than the screen, and light and dark have contrast", async () => {
    const { page } = opened;
    await page.setViewportSize({ width: 320, height: 600 });
    for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const tab of ["verify", "play"]) {
            await page.click(`#${tab}-tab`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= 320, `${tab} is ${wide} wide`);
        }
        for (const selector of [
            "body",
            "#checked",
            "h2",
            ".tok-keyword",
            ".tok-number",
            "#play-tab",
            "caption",
            ".costs",
        ]) {
            const found = await contrast(selector);
            assert.ok(found >= 4.5, `${selector}, ${scheme}: ${found}`);
        }
        const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(dark, scheme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
    }
});
