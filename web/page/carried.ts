// What the page carries in itself, out of its own markup.

import { XzReadableStream } from "xz-decompress";
import type { Carried } from "./engine";

function content(id: string): string {
    const found = document.getElementById(id)?.textContent;
    if (!found) {
        throw new Error(`the page has lost its ${id}`);
    }
    return found.trim();
}

/** The compiled half, compressed in the page's own text, and the worker's script. */
export async function carried(): Promise<Carried> {
    const packed = Uint8Array.from(atob(content("compiled")), (c) => c.charCodeAt(0));
    // A quarter smaller than what browsers decompress by themselves.
    const stream = new XzReadableStream(new Blob([packed]).stream());
    const bytes = await new Response(stream).arrayBuffer();
    return { module: await WebAssembly.compile(bytes), script: content("worker") };
}
