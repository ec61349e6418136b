// The parameters of a program: a field for each, with those that one has set.

import { Field } from "./field";
import { byId, element, fill } from "./shown";

export type Values = { [name: string]: number };

export class Params {
    private readonly box = byId("params", HTMLElement);
    private fields: { [name: string]: Field } = {};
    private chosen: Values = {};

    constructor(private readonly changed: () => void) {}

    /** Those that differ from the program's own because one has set them. */
    get set(): Values {
        return this.chosen;
    }

    get all(): Field[] {
        return Object.values(this.fields);
    }

    field(name: string): Field | undefined {
        return this.fields[name];
    }

    forget(): void {
        this.chosen = {};
    }

    /** Shows the program's parameters; while one types in them, those that are there stay. */
    offer(values: Values): void {
        const names = Object.keys(values);
        const same = names.join() === Object.keys(this.fields).join();
        if (same && this.box.contains(document.activeElement)) {
            return;
        }
        fill(this.box);
        this.fields = {};
        for (const [number, name] of names.entries()) {
            const value = values[name] ?? 0;
            const input = element("input", {
                type: "number",
                step: "1",
                value: String(value),
                name,
                id: `param-${number}`,
            });
            this.box.append(element("label", {}, `${name} `, input));
            const field = new Field(`the parameter ${name}`, input);
            this.fields[name] = field;
            input.addEventListener("change", () => this.take(name, field, input));
        }
    }

    private take(name: string, field: Field, input: HTMLInputElement): void {
        const number = input.valueAsNumber;
        if (!Number.isSafeInteger(number)) {
            const hint = "until then the number before is used";
            field.say([{ message: `${name} is a whole number`, hints: [hint] }]);
            return;
        }
        field.clear();
        this.chosen = { ...this.chosen, [name]: number };
        this.changed();
    }
}
