// A control, and what is wrong with what it holds: said beside it, and to those who only hear the page.

import type { Fault } from "./answers";
import { type Program, showFaults } from "./faults";
import { element, fill } from "./shown";

type Control = HTMLInputElement | HTMLSelectElement;

export class Field {
    private readonly box: HTMLElement;

    /** `name` is what errors are said to be of; the control stands in a label, and has an id. */
    constructor(
        readonly name: string,
        readonly control: Control,
    ) {
        this.box = element("div", { id: `${control.id}-wrong`, class: "wrong" });
        (control.closest("label") ?? control).after(this.box);
    }

    say(faults: Fault[], program?: Program): void {
        showFaults(this.box, faults, program);
        this.control.setAttribute("aria-invalid", "true");
        this.control.setAttribute("aria-describedby", this.box.id);
    }

    clear(): void {
        fill(this.box);
        this.control.removeAttribute("aria-invalid");
        this.control.removeAttribute("aria-describedby");
    }
}
