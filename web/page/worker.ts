// The worker in which the compiled half runs: whatever it is given, the page stays awake.

import { Border } from "./border";

/** First the module, then questions. */
export type Told = { module: WebAssembly.Module } | { question: string; files: Uint8Array[] };

let border: Promise<Border> | undefined;

addEventListener("message", async (event: MessageEvent<Told>) => {
    if ("module" in event.data) {
        border = Border.open(event.data.module);
    } else if (border !== undefined) {
        postMessage((await border).ask(event.data.question, event.data.files));
    }
});
