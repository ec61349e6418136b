// As much of VS Code as the extension asks for, without VS Code.

import noted = require("./asked");

type Handler = (...given: any[]) => unknown;
const { asked } = noted;
const nothing = { dispose() {} };
const register = (name: string, handler: Handler) => {
    asked.commands.set(name, handler);
    return nothing;
};

const message =
    (shown: string[]) =>
    async (what: string, ...buttons: string[]) => {
        shown.push(what);
        return buttons.find((button) => button === asked.press);
    };

function configuration(section: string) {
    const full = (key: string) => `${section}.${key}`;
    return {
        get: (key: string, otherwise: unknown) => asked.settings.get(full(key)) ?? otherwise,
        inspect: (key: string) => ({
            workspaceValue: asked.inWorkspace.has(full(key)) ? true : undefined,
        }),
        update: async (key: string, ...given: unknown[]) =>
            void asked.updated.push([full(key), ...given]),
    };
}

function createWebviewPanel(_kind: string, title: string, _where: unknown, options: unknown) {
    const closed: Handler[] = [];
    const close = () => closed.forEach((handler) => handler());
    const panel = { title, options, webview: { html: "" }, close };
    asked.panels.push(panel);
    const onDidDispose = (handler: Handler) => void closed.push(handler);
    return { ...panel, webview: panel.webview, reveal() {}, dispose: close, onDidDispose };
}

// The language client extends classes of VS Code where it is loaded: any name is one.
const anything: any = new Proxy(class {}, {
    get: (target, name) => (name in target ? Reflect.get(target, name) : anything),
});

export = Object.assign(Object.create(new Proxy({}, { get: () => anything })), {
    ViewColumn: { Beside: -2 },
    ProgressLocation: { Notification: 15 },
    commands: {
        registerCommand: register,
        registerTextEditorCommand: register,
        executeCommand: async (...given: unknown[]) => void asked.executed.push(given),
    },
    env: {
        get remoteName() {
            return asked.remote;
        },
        clipboard: { writeText: async (text: string) => void asked.copied.push(text) },
    },
    window: {
        showErrorMessage: message(asked.errors),
        showInformationMessage: message(asked.informed),
        createWebviewPanel,
    },
    workspace: {
        getConfiguration: configuration,
        onDidSaveTextDocument: (handler: Handler) => (asked.saved.push(handler), nothing),
        onDidChangeConfiguration: () => nothing,
    },
});
