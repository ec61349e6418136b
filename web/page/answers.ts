// What the compiler and the verifier answer: the objects of the command line's `--json`.

export interface Label {
    file: string;
    /** Bytes of the file. */
    span: { start: number; end: number };
    message: string;
}

export interface Fault {
    message: string;
    hints: string[];
    code?: string;
    file?: string;
    line?: number | null;
    column?: number | null;
    primary?: Label | null;
    secondary?: Label[];
}

export interface Errors {
    errors: Fault[];
    /** There is no answer: it took too long, or needed too much. */
    ended?: boolean;
}

export interface Limits {
    program: number;
    key: number;
    proof: number;
}

export interface Checked {
    check: {
        circuit: string;
        params: { [name: string]: number };
        plans: string[];
    };
    text: string;
    warnings: string[];
    tests: TestInfo[];
}

export interface TestInfo {
    name: string;
    line: number;
    /** Whether it proves what it runs, which the page cannot. */
    proves: boolean;
}

export interface Tested {
    line: string;
    test: { passed: boolean; seed: number | null; errors: Fault[] };
    differences: string;
}

export interface Costs {
    columns: { fixed: number; main: number; interaction: number };
    sends: number;
    bytes: number;
}

export interface Security {
    setting: string;
    hiding: boolean;
    conjectured_bits: number;
    proven_bits: number;
    proofs: { terms: { step: string; conjectured: number; proven: number }[] }[];
}

export interface Published {
    name: string;
    what: string;
    line: number;
    elements: number;
    of: number;
    parts: string[];
}

export interface Part {
    part: string;
    proofs: { name: string; components: unknown[] }[];
}

export interface Inspected {
    inspect: Partial<Part> & {
        plan: string;
        parts?: Part[];
        predicted_bytes: number | null;
        predicted_ms: number | null;
        predicted_memory_bytes: number | null;
        columns: number;
        cells: number;
        lookup_claims: number;
        security: Security;
        publishes: Published[];
    };
    by_line: {
        lines: { line: number; text: string; cost: Costs }[];
        bytes: number;
    };
    graph: string;
}

/** Nested arrays of integers; a scalar is one alone. */
export type Nested = number | Nested[];

export interface Statement {
    circuit: string;
    part?: string;
    inputs: { [name: string]: Nested };
    outputs: { [name: string]: Nested };
}

/** A file that was given, and what it is. */
export interface Told {
    name: string;
    what: string;
}

/** Why nothing is verified: what is wanted still, or what is wrong; of files that clash one can be kept. */
export type Unready = { files?: Told[] } & (
    { wants: "key" | "proof" } | (Errors & { clash?: number[] })
);

export interface Verified {
    files: Told[];
    /** The files that the verdict is about. */
    about: string[];
    verify: {
        verified: boolean;
        reason: string | null;
        meaning: string | null;
        verify_ms: number | null;
        load_ms: number;
        statement: Statement | null;
        security: Security | null;
        /** Parts of the plan that are not there, where what is there holds. */
        missing?: string[];
        proofs: { statement: Statement | null; security: Security | null }[];
    };
    text: string;
}

export function failed<T extends object, E extends Errors>(answer: T | E): answer is E {
    return "errors" in answer;
}

export function refusal(message: string, ...hints: string[]): Errors {
    return { errors: [{ message, hints }] };
}
