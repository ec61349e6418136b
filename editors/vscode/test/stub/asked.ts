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
    updated: [] as unknown[][],
    panels: [] as Panel[],
    commands: new Map<string, Handler>(),
    saved: [] as Handler[],
    settings: new Map<string, unknown>(),
    inWorkspace: new Set<string>(),
};
