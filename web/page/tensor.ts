// A tensor as a table and as a heat map, slice by slice.

import type { Nested } from "./answers";
import { element, fill, grouped } from "./shown";

/** Rows and columns of a table at most; a heat map has the whole slice. */
const ROWS = 64;
const COLUMNS = 64;
/** Elements that are shown as numbers without being asked for, at most. */
const OPEN = 64;
/** Pixels of a heat map's sides at most. */
const SIDE = 384;

/** The rows of the last two dimensions under a prefix. */
function rows(slice: Nested): number[][] {
    if (typeof slice === "number") {
        return [[slice]];
    }
    if (slice.every((one) => typeof one === "number")) {
        return [slice as number[]];
    }
    return slice.map((row) =>
        Array.isArray(row) ? (row.filter((x) => typeof x === "number") as number[]) : [row],
    );
}

function depth(nested: Nested): number {
    let depth = 0;
    for (let here: Nested | undefined = nested; Array.isArray(here); here = here[0]) {
        depth += 1;
    }
    return depth;
}

/** What a tensor shows: chosen indices of leading dimensions, then a table and a heat map. */
export function tensor(name: string, nested: Nested): HTMLElement {
    const title = element("h4", {}, name);
    const box = element("section", { class: "tensor", "aria-label": name }, title);
    if (typeof nested === "number") {
        title.textContent = `${name} = ${nested}`;
        return box;
    }
    const leading = Math.max(0, depth(nested) - 2);
    const chosen: number[] = new Array<number>(leading).fill(0);
    const choices = element("div", { class: "choices" });
    const slice = element("div", { class: "slice" });
    const draw = () => {
        let here: Nested = nested;
        const inputs = chosen.map((at, dimension) => {
            const count = Array.isArray(here) ? here.length : 1;
            const index = Math.min(at, count - 1);
            chosen[dimension] = index;
            here = (Array.isArray(here) ? here[index] : undefined) ?? [];
            return { dimension, index, count };
        });
        fill(slice, ...drawn(name, rows(here)));
        return inputs;
    };
    const inputs = draw();
    for (const { dimension, index, count } of inputs) {
        const input = element("input", {
            type: "number",
            min: "0",
            max: String(count - 1),
            value: String(index),
        });
        input.addEventListener("input", () => {
            chosen[dimension] = Math.max(0, Math.trunc(input.valueAsNumber || 0));
            draw();
        });
        choices.append(element("label", {}, `index ${dimension}, 0 to ${count - 1} `, input));
    }
    box.append(choices, slice);
    return box;
}

function drawn(name: string, slice: number[][]): HTMLElement[] {
    let [least, most, count] = [Infinity, -Infinity, 0];
    for (const row of slice) {
        for (const x of row) {
            [least, most, count] = [Math.min(least, x), Math.max(most, x), count + 1];
        }
    }
    if (count === 0) {
        return [element("p", {}, "no elements")];
    }
    const spread =
        count === 1
            ? "1 element"
            : `${grouped(count)} elements, from ${least} (light) to ${most} (dark)`;
    return [
        element("p", { class: "note" }, spread),
        heat(`${name}: ${spread}`, slice, least, most),
        table(name, slice),
    ];
}

/** Light where elements are least, dark where they are most: of one hue, in both themes. */
function heat(label: string, slice: number[][], least: number, most: number): HTMLElement {
    const wide = slice.reduce((most, row) => Math.max(most, row.length), 0);
    const tall = slice.length;
    const canvas = element("canvas", { role: "img", "aria-label": `heat map of ${label}` });
    canvas.width = Math.min(wide, SIDE);
    canvas.height = Math.min(tall, SIDE);
    const scale = Math.max(1, Math.min(16, Math.floor(SIDE / Math.max(wide, tall))));
    canvas.style.width = `${canvas.width * scale}px`;
    const context = canvas.getContext("2d");
    const pixels = context?.createImageData(canvas.width, canvas.height);
    if (context && pixels) {
        for (let y = 0; y < canvas.height; y += 1) {
            const row = slice[Math.floor((y * tall) / canvas.height)] ?? [];
            for (let x = 0; x < canvas.width; x += 1) {
                const value = row[Math.floor((x * wide) / canvas.width)];
                if (value === undefined) {
                    continue;
                }
                const share = most > least ? (value - least) / (most - least) : 0.5;
                const color = [240 - 222 * share, 246 - 164 * share, 253 - 104 * share, 255];
                pixels.data.set(color, 4 * (y * canvas.width + x));
            }
        }
        context.putImageData(pixels, 0, 0);
    }
    return canvas;
}

function table(name: string, slice: number[][]): HTMLElement {
    const shown = slice.slice(0, ROWS).map((row) => row.slice(0, COLUMNS));
    const cut = slice.length > ROWS || slice.some((row) => row.length > COLUMNS);
    const wide = shown.reduce((most, row) => Math.max(most, row.length), 0);
    const numbers = Array.from({ length: wide }, (_, column) =>
        element("th", { scope: "col" }, String(column)),
    );
    const body = shown.map((row, number) => {
        const cells = row.map((x) => element("td", {}, String(x)));
        return element("tr", {}, element("th", { scope: "row" }, String(number)), ...cells);
    });
    const more = cut ? ` (the first ${ROWS} rows and ${COLUMNS} columns)` : "";
    const whole = element(
        "table",
        {},
        element("caption", {}, `${name}${more}`),
        element("thead", {}, element("tr", {}, element("td"), ...numbers)),
        element("tbody", {}, ...body),
    );
    const box = element(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": `${name}, table` },
        whole,
    );
    const open = slice.length * wide <= OPEN;
    return element("details", { open }, element("summary", {}, "numbers"), box);
}
