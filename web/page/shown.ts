// Elements, and the one door by which text comes into the page: it is never markup.

// What moves a cursor, turns the direction of writing or cannot be seen, as the command line escapes it.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u2800\u3164\uffa0]/gu;

/** Text as it may be shown: with escapes for what is hidden; its ends of lines and tabs stay. */
export function visible(text: string): string {
    return text.replace(HIDDEN, (c) => {
        if (c === "\n" || c === "\t") {
            return c;
        }
        return `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;
    });
}

/** A name or a sentence of a stranger, of one line. */
export function line(text: string): string {
    return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

type Child = Node | string | null;
type Attributes = { [name: string]: string | boolean };

/** An element; strings in it become text. */
export function element<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== false) {
            made.setAttribute(name, value === true ? "" : visible(value));
        }
    }
    fill(made, ...children);
    return made;
}

/** Puts children in place of what is there. */
export function fill(parent: Element, ...children: Child[]): void {
    const nodes = children.filter((child) => child !== null);
    parent.replaceChildren(
        ...nodes.map((child) => (typeof child === "string" ? text(child) : child)),
    );
}

function text(content: string): Text {
    return document.createTextNode(visible(content));
}

/** The element of this id, which the page's own markup has. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
    const found = document.getElementById(id);
    if (!(found instanceof type)) {
        throw new Error(`the page has no ${id}`);
    }
    return found;
}

/** `12,345`. */
export function grouped(number: number): string {
    return Math.round(number).toLocaleString("en");
}
