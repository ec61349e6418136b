// The page: opens what it carries, and shows one half of it at a time.

import { failed, type Limits } from "./answers";
import { carried } from "./carried";
import { Engine } from "./engine";
import { Play } from "./play";
import { byId, fill } from "./shown";
import { Verify } from "./verify";

/** Seconds that one question about a program, or about proofs, may take. */
const PLAY = 20;
const VERIFY = 60;

function furnish(): void {
    const all = ["verify", "play"].map((name) => ({
        tab: byId(`${name}-tab`, HTMLButtonElement),
        panel: byId(name, HTMLElement),
    }));
    const select = (chosen: number) => {
        for (const [number, { tab, panel }] of all.entries()) {
            tab.setAttribute("aria-selected", String(number === chosen));
            tab.tabIndex = number === chosen ? 0 : -1;
            panel.hidden = number !== chosen;
        }
    };
    for (const [number, { tab }] of all.entries()) {
        tab.addEventListener("click", () => select(number));
        tab.addEventListener("keydown", (event) => {
            if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
                const other = 1 - number;
                select(other);
                all[other]?.tab.focus();
            }
        });
    }
    const about = byId("about", HTMLDetailsElement);
    about.addEventListener("toggle", () => {
        fill(about.querySelector("pre") ?? about, byId("licences", HTMLScriptElement).text);
    });
    // A file that misses its place is not opened instead of the page.
    for (const name of ["dragover", "drop"]) {
        addEventListener(name, (event) => event.preventDefault());
    }
    select(0);
}

async function open(): Promise<void> {
    furnish();
    const said = byId("opening", HTMLElement);
    try {
        const engine = await carried();
        const verifier = new Engine(engine, VERIFY);
        const limits = await verifier.ask<Limits>({ ask: "limits" });
        if (failed(limits)) {
            throw new Error(limits.errors[0]?.message);
        }
        new Verify(verifier, limits);
        new Play(new Engine(engine, PLAY), new Engine(engine, PLAY), limits);
        said.hidden = true;
        document.body.dataset["ready"] = "yes";
    } catch (error) {
        fill(
            said,
            `This page cannot start here: ${String(error)}. It wants a browser of 2023 or later.`,
        );
    }
}

void open();
