// The first half of the page: a key and proofs, and whether they hold.

import {
    failed,
    type Limits,
    refusal,
    type Statement,
    type Unready,
    type Verified,
} from "./answers";
import { account } from "./account";
import { Chosen } from "./chosen";
import type { Engine } from "./engine";
import { showFaults } from "./faults";
import { Field } from "./field";
import { byId, element, fill, grouped, line } from "./shown";
import { tensor } from "./tensor";

/** Tensors that are drawn at once at most. */
const TENSORS = 64;

const WANTED = {
    key: "Now its verifying key: whoever asks for a proof has it, or makes it with `attnc key PROGRAM`.",
    proof: "Now a proof: whoever proves makes it, with `attnc prove PROGRAM --input FILE`.",
};

export class Verify {
    private readonly chosen = new Chosen(() => this.changed());
    private readonly said = byId("verdict", HTMLElement);
    private readonly found = byId("found", HTMLElement);
    private readonly bits = ["bits", "proven"].map(
        (id) => new Field("the bits", byId(id, HTMLInputElement)),
    );
    private turn = 0;
    /** What the verdict that is shown, or looked for, was asked with. */
    private asked = "";

    constructor(
        private readonly engine: Engine,
        private readonly limits: Limits,
    ) {
        const input = byId("files", HTMLInputElement);
        input.addEventListener("change", () => {
            const files = [...(input.files ?? [])];
            // A file that was removed can be chosen again.
            input.value = "";
            this.chosen.add(files);
        });
        const drop = byId("drop", HTMLElement);
        drop.addEventListener("dragover", (event) => {
            event.preventDefault();
            drop.classList.add("over");
        });
        drop.addEventListener("dragleave", () => drop.classList.remove("over"));
        drop.addEventListener("drop", (event) => {
            event.preventDefault();
            drop.classList.remove("over");
            this.chosen.add([...(event.dataTransfer?.files ?? [])]);
        });
        const form = byId("demands", HTMLFormElement);
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.changed();
        });
        // A verdict is on what was demanded.
        form.addEventListener("input", () => {
            this.bits.forEach((field) => field.clear());
            this.forget();
        });
        form.addEventListener("change", () => {
            if (this.asked !== this.demanded) {
                this.changed();
            }
        });
        byId("clear", HTMLButtonElement).addEventListener("click", () => {
            form.reset();
            this.bits.forEach((field) => field.clear());
            this.chosen.keep([]);
        });
    }

    private get demanded(): string {
        const [bits, proven] = this.bits.map(({ control }) => control.value);
        const context = byId("context", HTMLInputElement).value;
        return JSON.stringify([bits, proven, context, byId("whole", HTMLInputElement).checked]);
    }

    private changed(): void {
        this.forget();
        const wrong = this.bits.filter(({ control }) => !control.checkValidity());
        for (const field of wrong) {
            const hint = "what is asked for otherwise is 96 conjectured bits, and 0 proven ones";
            field.say([{ message: "this is no number from 0 to 128", hints: [hint] }]);
        }
        if (this.chosen.files.length === 0) {
            this.tell("Choose a proof and its key.", "none");
        } else if (wrong.length === 0) {
            void this.ask();
        } else {
            this.tell("Say how many bits are asked for, or start again.", "none");
        }
    }

    private tell(what: string, state: "none" | "busy" | "holds" | "refused"): void {
        fill(this.said, what);
        this.said.dataset["state"] = state;
    }

    /** What was found, and what is still looked for, is no answer any more. */
    private forget(): void {
        this.turn += 1;
        this.asked = "";
        fill(this.found);
        this.tell("", "none");
    }

    private async ask(): Promise<void> {
        this.turn += 1;
        const turn = this.turn;
        this.asked = this.demanded;
        this.tell("Verifying ...", "busy");
        fill(this.found);
        const { files } = this.chosen;
        const answer = await this.verified(files);
        // Another question was asked since.
        if (turn === this.turn) {
            this.chosen.describe(answer.files ?? []);
            this.show(answer, files);
        }
    }

    private async verified(files: File[]): Promise<Verified | Unready> {
        const most = Math.max(this.limits.key, this.limits.proof);
        const large = files.find((file) => file.size > most);
        if (large) {
            return refusal(
                `${large.name} has ${grouped(large.size)} bytes, ${grouped(most)} at most`,
            );
        }
        const bits = (id: string) => byId(id, HTMLInputElement).valueAsNumber;
        const context = byId("context", HTMLInputElement).value;
        const bytes: Uint8Array[] = [];
        for (const file of files) {
            try {
                bytes.push(new Uint8Array(await file.arrayBuffer()));
            } catch (error) {
                const hint = "remove it and choose it again; a folder is no file";
                return refusal(`${file.name} cannot be read: ${String(error)}`, hint);
            }
        }
        return this.engine.ask<Verified | Unready>(
            {
                ask: "verify",
                files: files.map((file) => file.name),
                min_security: bits("bits"),
                min_proven_security: bits("proven"),
                context: context === "" ? null : context,
                whole: byId("whole", HTMLInputElement).checked,
            },
            bytes,
        );
    }

    private show(answer: Verified | Unready, files: File[]): void {
        if ("wants" in answer) {
            this.tell(WANTED[answer.wants], "none");
            return;
        }
        if (failed(answer)) {
            showFaults(this.found, answer.errors);
            this.found.append(...this.choice((answer.clash ?? []).map((number) => files[number])));
            this.tell("Nothing could be verified.", "refused");
            return;
        }
        const { verify, text, about } = answer;
        if (!verify.verified) {
            const is = about.length > 1 ? "are" : "is";
            const reason = line(verify.reason ?? "");
            const next = "To verify something else, remove files above, or start again.";
            fill(
                this.found,
                verify.meaning && element("p", { class: "meaning" }, verify.meaning),
                element("p", { class: "note" }, next),
            );
            this.tell(`${line(about.join(", "))} ${is} refused: ${reason}`, "refused");
            return;
        }
        const words = element(
            "pre",
            { class: "words whole", tabindex: "0", role: "region", "aria-label": "in words" },
            text,
        );
        const hides = verify.security?.hiding
            ? "It hides private inputs."
            : "It does not hide private inputs.";
        const statements = [
            verify.statement,
            ...(verify.proofs.length > 1 ? verify.proofs : []).map((it) => it.statement),
        ];
        fill(this.found, words, ...this.tensors(statements), account(verify.security));
        // A part says nothing of the others.
        const missing = (verify.missing ?? []).map((part) => `\`${line(part)}\``).join(", ");
        const of =
            missing === ""
                ? "The proof holds."
                : `What is there holds, and is not all: ${missing} is missing.`;
        this.tell(`${of} ${hides}`, "holds");
    }

    /** Ways to keep one of files that cannot stand together. */
    private choice(files: (File | undefined)[]): HTMLElement[] {
        return files.flatMap((file) => {
            if (!file) {
                return [];
            }
            const button = element(
                "button",
                { type: "button", class: "keep" },
                `Keep ${file.name}`,
            );
            button.addEventListener("click", () => {
                const { files: all } = this.chosen;
                this.chosen.keep(all.filter((one) => one === file || !files.includes(one)));
                byId("files", HTMLInputElement).focus();
            });
            return [button];
        });
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
