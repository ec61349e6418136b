// Whom the page asks: a worker that is ended when it takes too long, and made anew.

import { type Errors, refusal } from "./answers";
import type { Ended } from "./border";

export type Question =
    | { ask: "limits" }
    | { ask: "check"; file: string; source: string; params: { [name: string]: number } }
    | { ask: "format"; file: string; source: string }
    | { ask: "test"; file: string; source: string; number: number }
    | { ask: "explain"; code: string }
    | {
          ask: "inspect";
          subject: { file: string; source: string; params: { [name: string]: number } };
          plan: string | null;
          security: string;
          hiding: boolean;
      }
    | {
          ask: "verify";
          files: string[];
          min_security: number;
          min_proven_security: number;
          context: string | null;
          whole: boolean;
      };

/** What the page carries: the module, and the worker's script. */
export interface Carried {
    module: WebAssembly.Module;
    script: string;
}

export class Engine {
    private worker: Worker | null = null;
    private last: Promise<unknown> = Promise.resolve();
    private readonly script: string;

    /** Each question may take this long. */
    constructor(
        private readonly carried: Carried,
        private readonly seconds: number,
    ) {
        const script = new Blob([carried.script], { type: "text/javascript" });
        this.script = URL.createObjectURL(script);
    }

    /** The answer, in the order of the questions. */
    ask<T extends object>(question: Question, files: Uint8Array[] = []): Promise<T | Errors> {
        const answer = this.last.then(() => this.asked<T>(question, files));
        this.last = answer;
        return answer;
    }

    private asked<T extends object>(question: Question, files: Uint8Array[]): Promise<T | Errors> {
        const worker = this.running();
        return new Promise((resolve) => {
            const done = (answer: T | Errors, ended: boolean) => {
                clearTimeout(timer);
                worker.onmessage = worker.onerror = null;
                if (ended) {
                    worker.terminate();
                    this.worker = null;
                }
                resolve(answer);
            };
            const timer = setTimeout(() => {
                const message = `ended after ${this.seconds} seconds without an answer`;
                const hint = "the command line has as much time as it is given";
                done({ ...refusal(message, hint), ended: true }, true);
            }, this.seconds * 1000);
            worker.onmessage = (event: MessageEvent<Ended>) => {
                done(JSON.parse(event.data.answer) as T | Errors, event.data.ended);
            };
            worker.onerror = (event) => {
                done(refusal(`the worker has ended: ${event.message}`), true);
            };
            worker.postMessage({ question: JSON.stringify(question), files });
        });
    }

    private running(): Worker {
        if (this.worker === null) {
            this.worker = new Worker(this.script);
            this.worker.postMessage({ module: this.carried.module });
        }
        return this.worker;
    }
}
