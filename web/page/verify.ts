// The first half of the page: a key and proofs, and whether they hold.

import {
    type Errors,
    failed,
    type Limits,
    refusal,
    type Statement,
    type Verified,
} from "./answers";
import { account } from "./account";
import type { Engine } from "./engine";
import { showFaults } from "./faults";
import { byId, element, fill, grouped, line } from "./shown";
import { tensor } from "./tensor";

/** Tensors that are drawn at once at most. */
const TENSORS = 64;

export class Verify {
    private readonly chosen = byId("chosen", HTMLElement);
    private readonly said = byId("verdict", HTMLElement);
    private readonly found = byId("found", HTMLElement);
    private files: File[] = [];
    private turn = 0;

    constructor(
        private readonly engine: Engine,
        private readonly limits: Limits,
    ) {
        const input = byId("files", HTMLInputElement);
        input.addEventListener("change", () => this.take([...(input.files ?? [])]));
        const drop = byId("drop", HTMLElement);
        drop.addEventListener("dragover", (event) => {
            event.preventDefault();
            drop.classList.add("over");
        });
        drop.addEventListener("dragleave", () => drop.classList.remove("over"));
        drop.addEventListener("drop", (event) => {
            event.preventDefault();
            drop.classList.remove("over");
            this.take([...(event.dataTransfer?.files ?? [])]);
        });
        byId("demands", HTMLFormElement).addEventListener("submit", (event) => {
            event.preventDefault();
            void this.ask();
        });
        // A verdict is on what was demanded.
        byId("demands", HTMLFormElement).addEventListener("input", () => {
            this.forget();
        });
        byId("demands", HTMLFormElement).addEventListener("change", (event) => {
            const form = event.currentTarget;
            if (this.files.length > 1 && form instanceof HTMLFormElement && form.checkValidity()) {
                void this.ask();
            }
        });
        byId("clear", HTMLButtonElement).addEventListener("click", () => {
            this.files = [];
            input.value = "";
            fill(this.chosen);
            this.forget();
        });
    }

    /** A file of a name that is there already takes its place. */
    private take(files: File[]): void {
        const names = files.map((file) => file.name);
        this.files = [...this.files.filter((file) => !names.includes(file.name)), ...files];
        const items = this.files.map((file) =>
            element("li", {}, `${file.name}, ${grouped(file.size)} bytes`),
        );
        fill(this.chosen, ...items);
        if (this.files.length > 1) {
            void this.ask();
        } else {
            this.tell(
                "Now the other file: a proof is verified against its key, which whoever asks for the proof makes or has.",
                "none",
            );
        }
    }

    private tell(what: string, state: "none" | "busy" | "holds" | "refused"): void {
        fill(this.said, what);
        this.said.dataset["state"] = state;
    }

    /** What was found, and what is still looked for, is no answer any more. */
    private forget(): void {
        this.turn += 1;
        fill(this.found);
        this.tell("", "none");
    }

    private async ask(): Promise<void> {
        this.turn += 1;
        const turn = this.turn;
        this.tell("Verifying ...", "busy");
        fill(this.found);
        const answer = await this.verified();
        // Another question was asked since.
        if (turn === this.turn) {
            this.show(answer);
        }
    }

    private async verified(): Promise<Verified | Errors> {
        const most = Math.max(this.limits.key, this.limits.proof);
        const large = this.files.find((file) => file.size > most);
        if (large) {
            return refusal(
                `${large.name} has ${grouped(large.size)} bytes, ${grouped(most)} at most`,
            );
        }
        const bits = (id: string) => byId(id, HTMLInputElement).valueAsNumber || 0;
        const context = byId("context", HTMLInputElement).value;
        try {
            const bytes = this.files.map(async (file) => new Uint8Array(await file.arrayBuffer()));
            return await this.engine.ask<Verified>(
                {
                    ask: "verify",
                    files: this.files.map((file) => file.name),
                    min_security: bits("bits"),
                    min_proven_security: bits("proven"),
                    context: context === "" ? null : context,
                    whole: byId("whole", HTMLInputElement).checked,
                },
                await Promise.all(bytes),
            );
        } catch (error) {
            return refusal(`a file cannot be read: ${String(error)}`, "choose the files again");
        }
    }

    private show(answer: Verified | Errors): void {
        if (failed(answer)) {
            showFaults(this.found, answer.errors);
            this.tell("Nothing could be verified.", "refused");
            return;
        }
        const { verify, text } = answer;
        const words = element(
            "pre",
            { class: "words whole", tabindex: "0", role: "region", "aria-label": "in words" },
            text,
        );
        if (!verify.verified) {
            fill(this.found, words);
            this.tell(`Refused: ${line(verify.reason ?? "")}`, "refused");
            return;
        }
        const hides = verify.security?.hiding
            ? "It hides private inputs."
            : "It does not hide private inputs.";
        const statements = [
            verify.statement,
            ...(verify.proofs.length > 1 ? verify.proofs : []).map((it) => it.statement),
        ];
        fill(this.found, words, ...this.tensors(statements), account(verify.security));
        this.tell(`The proof holds. ${hides}`, "holds");
    }

    /** The public tensors of what all have in common, and of each part's statement. */
    private tensors(statements: (Statement | null)[]): HTMLElement[] {
        const boxes: HTMLElement[] = [];
        for (const statement of statements) {
            const part = statement?.part && statements.length > 1 ? `${statement.part}: ` : "";
            const kinds = [statement?.inputs ?? {}, statement?.outputs ?? {}] as const;
            for (const [number, tensors] of kinds.entries()) {
                const kind = number === 0 ? "input" : "output";
                for (const [name, nested] of Object.entries(tensors)) {
                    boxes.push(tensor(`${part}${kind} ${name}`, nested));
                }
            }
        }
        const more = boxes.length - TENSORS;
        const note =
            more > 0 ? [element("p", {}, `and ${more} more tensors, in the words above`)] : [];
        return [element("h3", {}, "Public tensors"), ...boxes.slice(0, TENSORS), ...note];
    }
}
