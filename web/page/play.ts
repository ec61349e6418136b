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
import { type Program, showFaults } from "./faults";
import { Field } from "./field";
import { Params, type Values } from "./params";
import { compared, published } from "./plans";
import { tests } from "./tests";
import { byId, element, fill, grouped } from "./shown";
import { lineOf } from "./spans";

/** What errors call the program. */
const FILE = "program.attn";
/** Milliseconds without a key before the program is checked. */
const PAUSE = 200;
/** The choice of the plan that one has written; no plan has this for its name. */
const OWN = "*";

/** What is asked of a program, and how it would be without what one field holds. */
interface Asked {
    params: Values;
    plan: string | null;
    security: string;
    hiding: boolean;
}
type Without = [field: Field, without: Partial<Asked>];

export class Play {
    private readonly editor: Editor;
    private readonly said = byId("checked", HTMLElement);
    private readonly problems = byId("problems", HTMLElement);
    private readonly first = byId("plan", HTMLSelectElement);
    private readonly second = byId("other", HTMLSelectElement);
    private readonly own = new Field("your own plan", byId("own", HTMLInputElement));
    private readonly security = new Field("security", byId("security", HTMLSelectElement));
    private readonly hiding = new Field("hiding", byId("hiding", HTMLInputElement));
    private readonly params = new Params(() => void this.check());
    private plans: string[] = [];
    private suite: { source: string; shown: HTMLElement | null } | undefined;
    private waiting: ReturnType<typeof setTimeout> | undefined;
    private turn = 0;
    private graph: string | null = null;

    constructor(
        private readonly engine: Engine,
        /** Beside it: what one types is checked while tests run. */
        private readonly tester: Engine,
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
            this.params.forget();
            this.own.control.value = "";
            this.editor.text = text();
        });
        byId("format", HTMLButtonElement).addEventListener("click", () => void this.format());
        byId("own", HTMLInputElement).addEventListener("change", () => {
            const written = this.text !== "";
            const used = [this.first, this.second].some(({ value }) => value === OWN);
            this.list();
            if (written && !used) {
                this.first.value = OWN;
            }
        });
        for (const id of ["plan", "other", "own", "security", "hiding"]) {
            byId(id, HTMLElement).addEventListener("change", () => void this.check());
        }
        void this.check();
    }

    private soon(): void {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => void this.check(), PAUSE);
    }

    /** The plan that one has written. */
    private get text(): string {
        return this.own.control.value.trim();
    }

    private subject(params: Values) {
        return { file: FILE, source: this.editor.text, params };
    }

    private get program(): Program {
        const { text } = this.editor;
        return {
            go: (bytes) => this.editor.go(bytes),
            line: (bytes) => lineOf(text, bytes),
            explain: (code) => this.explain(code),
        };
    }

    /** Asks about the program as it stands; of questions that overlap the last counts. */
    private async check(): Promise<void> {
        this.turn += 1;
        const turn = this.turn;
        const bytes = new TextEncoder().encode(this.editor.text).length;
        const { program } = this.limits;
        const { set } = this.params;
        const asks = (params: Values) =>
            this.engine.ask<Checked>({ ask: "check", ...this.subject(params) });
        const checked =
            bytes > program
                ? refusal(`the program has ${grouped(bytes)} bytes, ${grouped(program)} at most`)
                : await asks(set);
        if (turn !== this.turn) {
            return;
        }
        if (failed(checked)) {
            // A parameter that was set is no longer the program's.
            if (checked.errors.some(({ code }) => code === "E012") && Object.keys(set).length > 0) {
                this.params.forget();
                void this.check();
                return;
            }
            const blamed = await this.mending(checked, this.unset(set), async ({ params }) =>
                asks(params ?? set),
            );
            if (turn === this.turn) {
                this.wrong(checked.errors, blamed);
            }
            return;
        }
        this.offer(checked);
        const names = [this.first.value, this.second.value].filter((name) => name !== "");
        const found: Inspected[] = [];
        for (const name of names) {
            const asked: Asked = {
                params: set,
                plan: name === OWN ? this.text : name,
                security: this.security.control.value,
                hiding: byId("hiding", HTMLInputElement).checked,
            };
            const answer = await this.inspect(asked);
            if (turn !== this.turn) {
                return;
            }
            if (failed(answer)) {
                const others: Without[] = [
                    ...(name === OWN ? [[this.own, { plan: null }] as Without] : []),
                    ...(asked.hiding ? [[this.hiding, { hiding: false }] as Without] : []),
                    ...(asked.security === "standard"
                        ? []
                        : [[this.security, { security: "standard" }] as Without]),
                ];
                const blamed = answer.errors.some(({ file }) => file === "--plan")
                    ? [this.own]
                    : await this.mending(answer, [...others, ...this.unset(set)], (without) =>
                          this.inspect({ ...asked, ...without }),
                      );
                if (turn === this.turn) {
                    this.wrong(answer.errors, blamed, checked);
                }
                return;
            }
            found.push(answer);
        }
        this.show(checked, found);
    }

    /** Without each of the parameters that are set. */
    private unset(set: Values): Without[] {
        return Object.keys(set).flatMap((name) => {
            const field = this.params.field(name);
            const { [name]: _, ...params } = set;
            return field ? [[field, { params }] as Without] : [];
        });
    }

    /** The fields without which there is no error: it is theirs, and not the program's. */
    private async mending(
        wrong: Errors,
        fields: Without[],
        ask: (without: Partial<Asked>) => Promise<object>,
    ): Promise<Field[]> {
        const blamed: Field[] = [];
        // What took too long once is not asked again and again.
        for (const [field, without] of wrong.ended ? [] : fields) {
            if (!failed(await ask(without))) {
                blamed.push(field);
            }
        }
        return blamed;
    }

    /** Lays the program out as `attnc fmt` does; what is wrong with it is said already. */
    private async format(): Promise<void> {
        const { file, source } = this.subject({});
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

    private inspect({ params, ...asked }: Asked): Promise<Inspected | Errors> {
        return this.engine.ask<Inspected>({
            ask: "inspect",
            subject: this.subject(params),
            ...asked,
        });
    }

    private clear(): void {
        for (const field of [this.own, this.security, this.hiding, ...this.params.all]) {
            field.clear();
        }
    }

    /** Shows errors: at the fields that are to blame, or as the program's. */
    private wrong(faults: Fault[], blamed: Field[], checked?: Checked): void {
        this.clear();
        const own = blamed.length === 0;
        this.editor.mark(own ? faults : []);
        this.editor.price([]);
        if (own) {
            showFaults(this.problems, faults, this.program);
        } else if (checked) {
            this.told(checked);
        } else {
            fill(this.problems);
        }
        for (const field of blamed) {
            field.say(faults, this.program);
        }
        const count = `${faults.length} ${faults.length === 1 ? "error" : "errors"}`;
        const names = blamed.map(({ name }) => name).join(" and ");
        fill(this.said, own ? count : `${count}, of ${names}; the program has none.`);
        this.said.dataset["state"] = "refused";
        this.stale(true);
    }

    /** The program's own plans and parameters to choose from. */
    private offer({ check }: Checked): void {
        this.plans = check.plans;
        this.list();
        this.params.offer(check.params);
    }

    /** The plans to choose from: the program's, and the one that one has written. */
    private list(): void {
        for (const [select, none] of [
            [this.first, null],
            [this.second, "no other"],
        ] as const) {
            const chosen = select.value;
            const written: [string, string][] = this.text === "" ? [] : [[OWN, "your own"]];
            const plans = this.plans.map((plan): [string, string] => [plan, plan]);
            const all = [...(none === null ? [] : [["", none] as const]), ...plans, ...written];
            fill(select, ...all.map(([value, name]) => element("option", { value }, name)));
            const values = all.map(([value]) => value);
            select.value = values.includes(chosen) ? chosen : (values[0] ?? "");
        }
    }

    private show(checked: Checked, found: Inspected[]): void {
        const [first] = found;
        this.clear();
        this.editor.mark([]);
        this.editor.price(first?.by_line.lines ?? []);
        this.told(checked);
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

    /** What the program computes, and its tests. */
    private told(checked: Checked): void {
        const warnings = checked.warnings.map((warning) =>
            element("p", { class: "hint" }, `warning: ${warning}`),
        );
        const words = element(
            "pre",
            { class: "words", tabindex: "0", role: "region", "aria-label": "what it computes" },
            checked.text,
        );
        const { file, source } = this.subject({});
        // What came of tests stays while the program does: plans and parameters do not bear on it.
        if (this.suite?.source !== source) {
            const shown = tests(checked, { file, source }, this.tester, this.program);
            this.suite = { source, shown };
        }
        fill(this.problems, ...warnings, words, this.suite.shown);
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
