// Errors as a list, each with its places and what to do.

import type { Fault } from "./answers";
import { element, fill } from "./shown";

/** What a program's errors lead to. */
export interface Program {
    /** Goes to a place, in bytes of the program. */
    go(bytes: number): void;
    /** The line of a place, from 1. */
    line(bytes: number): number;
    /** What the error of this code means. */
    explain(code: string): Promise<string>;
}

/** Shows errors; those of a program with ways to their places and to what they mean. */
export function showFaults(into: HTMLElement, faults: Fault[], program?: Program): void {
    const items = faults.map((fault) => shown(fault, program));
    fill(into, element("ul", { class: "faults" }, ...items));
}

function shown(fault: Fault, program?: Program): HTMLElement {
    const code = fault.code ? `[${fault.code}] ` : "";
    const label = fault.primary?.message;
    const what = element("span", {}, `${code}${fault.message}${label ? `: ${label}` : ""}`);
    const item = element("li", { class: "fault" });
    // A plan of one's own is not in the text that the editor has.
    const own = program && fault.file !== "--plan" ? program : undefined;
    if (fault.line && own) {
        const bytes = fault.primary?.span.start ?? 0;
        item.append(place(`line ${fault.line}, column ${fault.column ?? 1}`, own, bytes), " ");
    }
    if (fault.file === "--plan" && fault.column) {
        item.append(`column ${fault.column} `);
    }
    item.append(what);
    for (const { file, span, message } of own ? (fault.secondary ?? []) : []) {
        const note = element("p", { class: "hint" });
        if (own && file === fault.file) {
            note.append(place(`line ${own.line(span.start)}`, own, span.start), " ");
        }
        note.append(element("span", {}, message));
        item.append(note);
    }
    for (const hint of fault.hints) {
        item.append(element("p", { class: "hint" }, `hint: ${hint}`));
    }
    if (fault.code && program) {
        item.append(explained(fault.code, program));
    }
    return item;
}

function place(name: string, program: Program, bytes: number): HTMLElement {
    const button = element("button", { type: "button", class: "place" }, name);
    button.addEventListener("click", () => program.go(bytes));
    return button;
}

/** Asked for when it is opened. */
function explained(code: string, program: Program): HTMLElement {
    const text = element("pre", {
        class: "words",
        tabindex: "0",
        role: "region",
        "aria-label": `what ${code} means`,
    });
    const box = element("details", {}, element("summary", {}, `what ${code} means`), text);
    box.addEventListener("toggle", async () => {
        if (box.open && text.textContent === "") {
            fill(text, await program.explain(code));
        }
    });
    return box;
}
