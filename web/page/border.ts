// The border to the compiled half: bytes in, bytes out (src/lib.rs has the other side).

interface Exports {
    memory: WebAssembly.Memory;
    give(length: number): number;
    ask(): number;
    length(): number;
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
            return { answer: why(trap), ended: true };
        }
    }

    private read(place: number): string {
        const bytes = new Uint8Array(this.wasm.memory.buffer, place >>> 0, this.wasm.length());
        return new TextDecoder().decode(bytes);
    }
}

/** Why the compiled half has ended: the engine says of a stack that it is full, of all else nothing. */
function why(trap: unknown): string {
    const message =
        trap instanceof RangeError
            ? "this needs more stack than a page has"
            : "this needs more memory than a page has, or it is a bug of attnc";
    const hint = "use attnc on the command line; if that fails too, please report it";
    const errors = [{ message: `${message} (${String(trap)})`, hints: [hint] }];
    return JSON.stringify({ errors, ended: true });
}
