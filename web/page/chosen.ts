// The files that one has chosen: what each is, and a way to remove it.

import type { Told } from "./answers";
import { byId, element, fill, grouped } from "./shown";

interface Entry {
    file: File;
    /** Whether another file of this name was there. */
    again: boolean;
    what: HTMLElement;
}

export class Chosen {
    private readonly list = byId("chosen", HTMLElement);
    private entries: Entry[] = [];

    constructor(private readonly changed: () => void) {}

    get files(): File[] {
        return this.entries.map(({ file }) => file);
    }

    /** A file of a name that is there already takes its place. */
    add(files: File[]): void {
        const names = files.map(({ name }) => name);
        const kept = this.entries.filter(({ file }) => !names.includes(file.name));
        const known = this.entries.map(({ file }) => file.name);
        const added = files.map((file) => ({
            file,
            again: known.includes(file.name),
            what: element("span"),
        }));
        this.put([...kept, ...added]);
    }

    /** Takes away all files but these. */
    keep(files: File[]): void {
        this.put(this.entries.filter(({ file }) => files.includes(file)));
    }

    /** What the files are, as it was found. */
    describe(told: Told[]): void {
        for (const [number, { what }] of this.entries.entries()) {
            const found = told[number];
            fill(what, found ? `: ${found.what}` : null);
        }
    }

    private put(entries: Entry[]): void {
        this.entries = entries;
        const items = entries.map(({ file, again, what }, number) => {
            const name = `Remove ${file.name}`;
            const button = element("button", { type: "button", "aria-label": name }, "Remove");
            button.addEventListener("click", () => this.remove(number));
            const place = again ? ", in place of the file of this name before" : "";
            const size = ` (${grouped(file.size)} bytes${place}) `;
            return element("li", {}, file.name, what, size, button);
        });
        fill(this.list, ...items);
        this.changed();
    }

    private remove(number: number): void {
        this.put(this.entries.filter((_, other) => other !== number));
        // Who works with keys goes on where the button was.
        const buttons = this.list.querySelectorAll("button");
        const next = buttons[Math.min(number, buttons.length - 1)];
        (next ?? byId("files", HTMLInputElement)).focus();
    }
}
