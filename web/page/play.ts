// The second half of the page: a program, its errors as one types, and what its proofs cost.

import {
    type Checked,
    type Errors,
    type Fault,
    failed,
    type Inspected,
    type Limits,
    refusal,
} from "./answers";
import { Editor } from "./editor";
import type { Engine } from "./engine";
import { EXAMPLES } from "./examples";
import { showFaults } from "./faults";
import { compared, published } from "./plans";
import { byId, element, fill, grouped } from "./shown";
import { lineOf } from "./spans";

/** What errors call the program. */
const FILE = "program.attn";
/** Milliseconds without a key before the program is checked. */
const PAUSE = 200;

export class Play {
    private readonly editor: Editor;
    private readonly said = byId("checked", HTMLElement);
    private readonly problems = byId("problems", HTMLElement);
    private readonly first = byId("plan", HTMLSelectElement);
    private readonly second = byId("other", HTMLSelectElement);
    private readonly own = byId("own", HTMLInputElement);
    private params: { [name: string]: number } = {};
    private waiting: ReturnType<typeof setTimeout> | undefined;
    private turn = 0;
    private graph: string | null = null;

    constructor(
        private readonly engine: Engine,
        private readonly limits: Limits,
    ) {
        const example = byId("example", HTMLSelectElement);
        fill(
            example,
            ...Object.keys(EXAMPLES).map((name) => element("option", { value: name }, name)),
        );
        const text = () => EXAMPLES[example.value] ?? "";
        this.editor = new Editor(byId("editor", HTMLElement), text(), () => this.soon());
        example.addEventListener("change", () => {
            this.params = {};
            this.own.value = "";
            this.editor.text = text();
        });
        byId("format", HTMLButtonElement).addEventListener("click", () => void this.format());
        for (const id of ["plan", "other", "own", "security", "hiding"]) {
            byId(id, HTMLElement).addEventListener("change", () => void this.check());
        }
        void this.check();
    }

    private soon(): void {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => void this.check(), PAUSE);
    }

    private get subject() {
        return { file: FILE, source: this.editor.text, params: this.params };
    }

    /** Asks about the program as it stands; of questions that overlap the last counts. */
    private async check(): Promise<void> {
        this.turn += 1;
        const turn = this.turn;
        const bytes = new TextEncoder().encode(this.editor.text).length;
        const { program } = this.limits;
        const checked =
            bytes > program
                ? refusal(`the program has ${grouped(bytes)} bytes, ${grouped(program)} at most`)
                : await this.engine.ask<Checked>({ ask: "check", ...this.subject });
        if (turn !== this.turn) {
            return;
        }
        if (failed(checked)) {
            // A parameter that was set is no longer the program's.
            if (
                checked.errors.some(({ code }) => code === "E012") &&
                Object.keys(this.params).length > 0
            ) {
                this.params = {};
                void this.check();
                return;
            }
            this.wrong(checked.errors);
            return;
        }
        this.offer(checked);
        const names = [this.own.value.trim() || this.first.value, this.second.value].filter(
            (name) => name !== "",
        );
        const found: Inspected[] = [];
        for (const plan of names) {
            const answer = await this.inspect(plan);
            if (turn !== this.turn) {
                return;
            }
            if (failed(answer)) {
                this.wrong(answer.errors);
                return;
            }
            found.push(answer);
        }
        this.show(checked, found);
    }

    /** Lays the program out as `attnc fmt` does; what is wrong with it is said already. */
    private async format(): Promise<void> {
        const { file, source } = this.subject;
        const answer = await this.engine.ask<{ text: string }>({ ask: "format", file, source });
        if (!failed(answer) && this.editor.text === source && answer.text !== source) {
            this.editor.text = answer.text;
        }
    }

    private async explain(code: string): Promise<string> {
        const answer = await this.engine.ask<{ text: string }>({ ask: "explain", code });
        return failed(answer) ? (answer.errors[0]?.message ?? "") : answer.text;
    }

    /** Figures stay while there are errors, as those of the program before them. */
    private stale(stale: boolean): void {
        byId("stale", HTMLElement).hidden = !stale || this.graph === null;
    }

    private inspect(plan: string): Promise<Inspected | Errors> {
        return this.engine.ask<Inspected>({
            ask: "inspect",
            subject: this.subject,
            plan,
            security: byId("security", HTMLSelectElement).value,
            hiding: byId("hiding", HTMLInputElement).checked,
        });
    }

    private wrong(faults: Fault[]): void {
        this.editor.mark(faults);
        this.editor.price([]);
        const { text } = this.editor;
        showFaults(this.problems, faults, {
            go: (bytes) => this.editor.go(bytes),
            line: (bytes) => lineOf(text, bytes),
            explain: (code) => this.explain(code),
        });
        fill(this.said, `${faults.length} ${faults.length === 1 ? "error" : "errors"}`);
        this.said.dataset["state"] = "refused";
        this.stale(true);
    }

    /** The program's own plans and parameters to choose from. */
    private offer({ check }: Checked): void {
        for (const [select, none] of [
            [this.first, null],
            [this.second, "no other"],
        ] as const) {
            const chosen = select.value;
            const names = check.plans.map((plan) => element("option", { value: plan }, plan));
            fill(select, none === null ? null : element("option", { value: "" }, none), ...names);
            select.value = check.plans.includes(chosen)
                ? chosen
                : none === null
                  ? (check.plans[0] ?? "")
                  : "";
        }
        const params = byId("params", HTMLElement);
        const names = Object.keys(check.params).join();
        if (params.dataset["names"] === names && params.contains(document.activeElement)) {
            return;
        }
        params.dataset["names"] = names;
        const inputs = Object.entries(check.params).map(([name, value]) => {
            const input = element("input", {
                type: "number",
                step: "1",
                value: String(value),
                name,
            });
            input.addEventListener("change", () => {
                const number = input.valueAsNumber;
                const { [name]: _, ...others } = this.params;
                this.params = Number.isSafeInteger(number) ? { ...others, [name]: number } : others;
                void this.check();
            });
            return element("label", {}, `${name} `, input);
        });
        fill(params, ...inputs);
    }

    private show(checked: Checked, found: Inspected[]): void {
        const [first] = found;
        this.editor.mark([]);
        this.editor.price(first?.by_line.lines ?? []);
        const warnings = checked.warnings.map((warning) =>
            element("p", { class: "hint" }, `warning: ${warning}`),
        );
        const words = element(
            "pre",
            { class: "words", tabindex: "0", role: "region", "aria-label": "what it computes" },
            checked.text,
        );
        fill(this.problems, ...warnings, words);
        const bytes = first?.by_line.bytes ?? 0;
        fill(
            this.said,
            `No errors. Plan ${first?.inspect.plan ?? ""}: ${grouped(bytes)} bytes predicted.`,
        );
        this.said.dataset["state"] = "holds";
        this.stale(false);
        fill(byId("compared", HTMLElement), compared(found), ...found.map(published));
        this.draw(first?.graph ?? "");
    }

    /** As an image a drawing is no markup of the page: whatever it is of, nothing in it runs. */
    private draw(svg: string): void {
        if (this.graph !== null) {
            URL.revokeObjectURL(this.graph);
        }
        this.graph = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
        const alt =
            "graph of the plan: what is computed where, and what crosses; the table has the figures";
        fill(byId("graph", HTMLElement), element("img", { src: this.graph, alt }));
    }
}
