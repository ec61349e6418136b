// The border to the compiled half: bytes in, bytes out (src/lib.rs has the other side).

interface Exports {
    memory: WebAssembly.Memory;
    give(length: number): number;
    ask(): number;
    length(): number;
    panicked(): number;
}

export interface Ended {
    /** JSON. */
    answer: string;
    /** Whether the instance has ended, and may not be asked again. */
    ended: boolean;
}

export class Border {
    private constructor(private readonly wasm: Exports) {}

    static async open(module: WebAssembly.Module): Promise<Border> {
        const page = { now: () => performance.now() };
        const instance = await WebAssembly.instantiate(module, { page });
        return new Border(instance.exports as unknown as Exports);
    }

    /** Asks a question with its files. */
    ask(question: string, files: Uint8Array[]): Ended {
        try {
            for (const bytes of [new TextEncoder().encode(question), ...files]) {
                const place = this.wasm.give(bytes.length) >>> 0;
                new Uint8Array(this.wasm.memory.buffer, place, bytes.length).set(bytes);
            }
            return { answer: this.read(this.wasm.ask()), ended: false };
        } catch (trap) {
            return { answer: this.why(trap), ended: true };
        }
    }

    private read(place: number): string {
        const bytes = new Uint8Array(this.wasm.memory.buffer, place >>> 0, this.wasm.length());
        return new TextDecoder().decode(bytes);
    }

    /** What a panic said; without one, memory or stack ran out. */
    private why(trap: unknown): string {
        try {
            const said = this.read(this.wasm.panicked());
            if (said !== "null") {
                return said;
            }
        } catch {
            // Nothing is left to ask.
        }
        const message = `this needs more memory or stack than a page has (${String(trap)})`;
        return JSON.stringify({ errors: [{ message, hints: ["use attnc on the command line"] }] });
    }
}
