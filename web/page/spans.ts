// Places in a text: attnc counts bytes of UTF-8, an editor units of UTF-16.

/** The line, from 1, of the place that has this many bytes of a text before it. */
export function lineOf(text: string, bytes: number): number {
    return text.slice(0, units(text, bytes)).split("\n").length;
}

/** The units before this many bytes of a text. */
export function units(text: string, bytes: number): number {
    let seen = 0;
    let place = 0;
    for (const c of text) {
        if (seen >= bytes) {
            break;
        }
        const code = c.codePointAt(0) ?? 0;
        seen += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        place += c.length;
    }
    return place;
}
