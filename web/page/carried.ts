// What the page carries in itself, out of its own markup.

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
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = await new Response(stream).arrayBuffer();
    return { module: await WebAssembly.compile(bytes), script: content("worker") };
}
