// What the extension asked of the stub of VS Code.

export type Handler = (...given: any[]) => unknown;

export interface Panel {
    title: string;
    options: unknown;
    webview: { html: string };
    close: () => void;
}

export const asked = {
    errors: [] as string[],
    informed: [] as string[],
    /** The button of messages that is pressed, if they have it. */
    press: undefined as string | undefined,
    executed: [] as unknown[][],
    copied: [] as string[],
    remote: undefined as string | undefined,
    updated: [] as unknown[][],
    panels: [] as Panel[],
    commands: new Map<string, Handler>(),
    saved: [] as Handler[],
    settings: new Map<string, unknown>(),
    inWorkspace: new Set<string>(),
};
