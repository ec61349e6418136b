// How surely a proof holds, step by step.

import type { Security } from "./answers";
import { element } from "./shown";

/** Bits are rounded down, as the words have them. */
function tenths(bits: number): string {
    return (Math.floor(10 * bits) / 10).toFixed(1);
}

export function account(security: Security | null): HTMLElement {
    const box = element("section", { class: "account" }, element("h3", {}, "How surely"));
    for (const [number, proof] of (security?.proofs ?? []).entries()) {
        const rows = proof.terms.map((term) =>
            element(
                "tr",
                {},
                element("th", { scope: "row" }, term.step),
                element("td", {}, tenths(term.conjectured)),
                element("td", {}, tenths(term.proven)),
            ),
        );
        const heads = ["step", "conjectured bits", "proven bits"];
        const table = element(
            "table",
            {},
            element("caption", {}, `proof ${number + 1}, at ${security?.setting ?? ""}`),
            element(
                "thead",
                {},
                element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
            ),
            element("tbody", {}, ...rows),
        );
        const label = `account of proof ${number + 1}`;
        box.append(
            element(
                "div",
                { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
                table,
            ),
        );
    }
    return box;
}
