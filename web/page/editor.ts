// The editor: a program's text, its errors where they are, and what each line costs.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
import {
    drawSelection,
    EditorView,
    GutterMarker,
    gutter,
    highlightActiveLine,
    keymap,
    lineNumbers,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Costs, Fault } from "./answers";
import { attn } from "./language";
import { element, grouped } from "./shown";
import { units } from "./spans";

class Price extends GutterMarker {
    constructor(private readonly cost: Costs) {
        super();
    }

    override eq(other: Price): boolean {
        return other.cost.bytes === this.cost.bytes;
    }

    override toDOM(): Node {
        const { fixed, main, interaction } = this.cost.columns;
        const columns = `${(fixed + main + interaction).toFixed(1)} columns`;
        return element(
            "span",
            { title: `${columns}, ${this.cost.sends.toFixed(1)} sends a row` },
            grouped(this.cost.bytes),
        );
    }
}

type Line = { line: number; cost: Costs };

const setCosts = StateEffect.define<Line[]>();

const costs = StateField.define<RangeSet<GutterMarker>>({
    create: () => RangeSet.empty,
    update(known, transaction) {
        let costs = known.map(transaction.changes);
        for (const effect of transaction.effects.filter((effect) => effect.is(setCosts))) {
            const { doc } = transaction.state;
            const priced = (effect.value as Line[]).filter(
                ({ line, cost }) => line <= doc.lines && cost.bytes > 0,
            );
            costs = RangeSet.of(
                priced.map(({ line, cost }) => new Price(cost).range(doc.line(line).from)),
            );
        }
        return costs;
    },
});

export class Editor {
    private readonly view: EditorView;

    constructor(parent: HTMLElement, text: string, changed: () => void) {
        const attributes = {
            "aria-label": "the program; F8 goes to the next error",
            "aria-describedby": "problems",
            autocapitalize: "off",
        };
        this.view = new EditorView({
            parent,
            state: EditorState.create({
                doc: text,
                extensions: [
                    lineNumbers(),
                    lintGutter(),
                    history(),
                    drawSelection(),
                    highlightActiveLine(),
                    bracketMatching(),
                    indentUnit.of("    "),
                    attn,
                    syntaxHighlighting(classHighlighter),
                    costs,
                    gutter({ class: "costs", markers: (view) => view.state.field(costs) }),
                    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
                    EditorView.contentAttributes.of(attributes),
                    EditorView.updateListener.of((update) => {
                        if (update.docChanged) {
                            changed();
                        }
                    }),
                ],
            }),
        });
    }

    get text(): string {
        return this.view.state.doc.toString();
    }

    set text(text: string) {
        const { length } = this.view.state.doc;
        this.view.dispatch({
            changes: { from: 0, to: length, insert: text },
            selection: { anchor: 0 },
        });
    }

    /** Shows errors that are of the text. */
    mark(faults: Fault[]): void {
        const text = this.text;
        const diagnostics: Diagnostic[] = [];
        for (const { primary, message, code, file } of faults) {
            if (!primary || primary.file !== file || file === "--plan") {
                continue;
            }
            const from = Math.min(units(text, primary.span.start), text.length);
            const to = Math.min(Math.max(units(text, primary.span.end), from), text.length);
            const said = `${code ? `[${code}] ` : ""}${message}${primary.message ? `: ${primary.message}` : ""}`;
            const renderMessage = () => element("span", {}, said);
            diagnostics.push({ from, to, severity: "error", message: said, renderMessage });
        }
        this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
    }

    price(lines: Line[]): void {
        this.view.dispatch({ effects: setCosts.of(lines) });
    }

    /** Puts the cursor at a place, in bytes. */
    go(bytes: number): void {
        const anchor = Math.min(units(this.text, bytes), this.text.length);
        this.view.dispatch({ selection: { anchor }, scrollIntoView: true });
        this.view.focus();
    }
}
