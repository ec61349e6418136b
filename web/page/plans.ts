// What plans cost, side by side.

import type { Inspected } from "./answers";
import { element, grouped } from "./shown";

type Figure = [name: string, of: (found: Inspected["inspect"]) => number | null];

const FIGURES: Figure[] = [
    ["proof files", (found) => found.parts?.length ?? 1],
    ["proofs", (found) => parts(found).reduce((sum, part) => sum + part.proofs.length, 0)],
    ["components", (found) => components(found)],
    ["columns", (found) => found.columns],
    ["cells", (found) => found.cells],
    ["lookups", (found) => found.lookup_claims],
    ["predicted bytes", (found) => found.predicted_bytes],
    ["predicted milliseconds, two cores", (found) => found.predicted_ms],
    ["predicted MiB of memory", (found) => (found.predicted_memory_bytes ?? 0) / 2 ** 20],
    ["conjectured bits", (found) => found.security.conjectured_bits],
    ["proven bits", (found) => found.security.proven_bits],
    ["private tensors made public", (found) => found.publishes.length],
];

function parts(found: Inspected["inspect"]): { proofs: { components: unknown[] }[] }[] {
    return found.parts ?? [{ proofs: found.proofs ?? [] }];
}

function components(found: Inspected["inspect"]): number {
    const proofs = parts(found).flatMap((part) => part.proofs);
    return proofs.reduce((sum, proof) => sum + proof.components.length, 0);
}

/** The figures of one plan, or of two. */
export function compared(plans: Inspected[]): HTMLElement {
    const found = plans.map((plan) => plan.inspect);
    const heads = [
        "",
        ...found.map((one) => one.plan),
        ...(found.length > 1 ? ["second / first"] : []),
    ];
    const rows = FIGURES.map(([name, of]) => {
        const figures = found.map(of);
        const cells = figures.map((figure) =>
            element("td", {}, figure === null ? "-" : grouped(figure)),
        );
        const [first, second] = figures;
        if (found.length > 1) {
            const share = first && second ? `${((100 * second) / first).toFixed(0)} %` : "";
            cells.push(element("td", {}, share));
        }
        return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
    });
    return element(
        "table",
        { id: "figures" },
        element("caption", {}, "What is predicted, before anything is proved"),
        element(
            "thead",
            {},
            element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
        ),
        element("tbody", {}, ...rows),
    );
}

/** What a plan's statements show though the program keeps it private. */
export function published({ inspect }: Inspected): HTMLElement | null {
    if (inspect.publishes.length === 0) {
        return null;
    }
    const items = inspect.publishes.map((found) => {
        const share =
            found.elements === found.of ? "" : `, ${found.elements} of ${found.of} elements`;
        return element("li", {}, `${found.what} ${found.name} (line ${found.line})${share}`);
    });
    const title = `plan ${inspect.plan} makes public, though the program keeps it private:`;
    return element("section", {}, element("p", {}, title), element("ul", {}, ...items));
}
