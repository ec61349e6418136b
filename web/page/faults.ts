// Errors as a list, each with its place and what to do.

import type { Fault } from "./answers";
import { element, fill } from "./shown";

/** Shows errors; `go` leads to the place of one in the program. */
export function showFaults(into: HTMLElement, faults: Fault[], go?: (fault: Fault) => void): void {
    const items = faults.map((fault) => {
        const code = fault.code ? `[${fault.code}] ` : "";
        const label = fault.primary?.message;
        const what = element("span", {}, `${code}${fault.message}${label ? `: ${label}` : ""}`);
        const item = element("li", { class: "fault" });
        if (fault.line && go && fault.file !== "--plan") {
            const place = `line ${fault.line}, column ${fault.column ?? 1}`;
            const button = element("button", { type: "button", class: "place" }, place);
            button.addEventListener("click", () => go(fault));
            item.append(button, " ");
        }
        item.append(what);
        for (const hint of fault.hints) {
            item.append(element("p", { class: "hint" }, `hint: ${hint}`));
        }
        return item;
    });
    fill(into, element("ul", { class: "faults" }, ...items));
}
