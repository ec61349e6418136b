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

export interface Verified {
    verify: {
        verified: boolean;
        reason: string | null;
        verify_ms: number | null;
        load_ms: number;
        statement: Statement | null;
        security: Security | null;
        proofs: { statement: Statement | null; security: Security | null }[];
    };
    text: string;
}

export function failed<T extends object>(answer: T | Errors): answer is Errors {
    return "errors" in answer;
}

export function refusal(message: string, ...hints: string[]): Errors {
    return { errors: [{ message, hints }] };
}
