// The tests that stand in a program: run when one asks for it, all but those that prove.

import { type Checked, failed, type Tested, type TestInfo } from "./answers";
import type { Engine } from "./engine";
import { type Program, showFaults } from "./faults";
import { element, fill } from "./shown";

interface Subject {
    file: string;
    source: string;
}

function many(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A program's tests, with the button that runs them; nothing if it has none. */
export function tests(
    { tests }: Checked,
    subject: Subject,
    engine: Engine,
    program: Program,
): HTMLElement | null {
    if (tests.length === 0) {
        return null;
    }
    const proving = tests.filter((test) => test.proves).length;
    const what = `The program has ${many(tests.length, "test")}.`;
    const those = proving === 1 ? "the one" : `the ${proving}`;
    const prove = `The page proves nothing, so it runs all but ${those} with \`prove\`; \`attnc test FILE\` runs all.`;
    const button = element("button", { type: "button" }, "Run its tests");
    const said = element("p", { role: "status", class: "verdict" });
    const list = element("ul", { class: "tests" });
    const box = element(
        "section",
        { id: "tests", "aria-label": "tests" },
        element("p", {}, `${what} ${proving > 0 ? prove : "`attnc test FILE` runs them too."}`),
        button,
        said,
        list,
    );
    button.addEventListener("click", async () => {
        button.disabled = true;
        fill(list);
        await run(tests, box, said, list, subject, engine, program);
        button.disabled = false;
    });
    return box;
}

async function run(
    tests: TestInfo[],
    box: HTMLElement,
    said: HTMLElement,
    list: HTMLElement,
    subject: Subject,
    engine: Engine,
    program: Program,
): Promise<void> {
    const count = { passed: 0, failed: 0, left: 0, ended: 0 };
    for (const [number, test] of tests.entries()) {
        const item = element("li");
        list.append(item);
        if (test.proves) {
            count.left += 1;
            fill(item, `not run  ${test.name}: it proves`);
            continue;
        }
        fill(said, `Running ${test.name} ...`);
        said.dataset["state"] = "busy";
        const answer = await engine.ask<Tested>({ ask: "test", ...subject, number });
        // The program was changed since.
        if (!box.isConnected) {
            fill(said);
            return;
        }
        const faults = element("div");
        if (failed(answer)) {
            count.ended += 1;
            fill(item, `not run  ${test.name}`, faults);
            showFaults(faults, answer.errors, program);
            continue;
        }
        const { passed, seed, errors } = answer.test;
        count[passed ? "passed" : "failed"] += 1;
        const drawn = seed === null ? "" : `, drawn with seed ${seed}`;
        fill(item, `${answer.line}${drawn}`, passed ? null : faults);
        showFaults(faults, errors, program);
        if (answer.differences !== "") {
            item.append(element("pre", {}, answer.differences));
        }
    }
    const unrun = count.left + count.ended;
    const left = unrun > 0 ? `; ${unrun} not run` : "";
    fill(said, `${count.passed} passed, ${count.failed} failed${left}`);
    const wrong = count.failed + count.ended > 0;
    said.dataset["state"] = wrong ? "refused" : count.passed > 0 ? "holds" : "none";
}
