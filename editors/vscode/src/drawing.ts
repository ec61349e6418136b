// The drawing of a plan: how attnc is asked for it, and the page that shows it.

/** The arguments that make attnc draw a program's plan into a file. */
export function request(program: string, drawing: string, plan: string): string[] {
    const named = plan.trim() === "" ? [] : [`--plan=${plan.trim()}`];
    return ["inspect", "--color=never", `--graph=${drawing}`, ...named, "--", program];
}

/** A text as what it is in HTML, between tags or in quotes. */
export function escaped(text: string): string {
    const signs: Record<string, string> = {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
    };
    return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}

/** What a drawing says of itself: its title and description, as text of HTML. */
function spoken(drawing: string): string {
    const part = (tag: string) =>
        new RegExp(`<${tag}\\b[^>]*>([^<]*)</${tag}>`).exec(drawing)?.[1] ?? "";
    return `${part("title")}. ${part("desc")}`.replace(/"/g, "&quot;");
}

/** A drawing as an address that holds it. */
function address(drawing: string): string {
    return `data:image/svg+xml;base64,${Buffer.from(drawing).toString("base64")}`;
}

/** A page with a drawing, or with why there is none. No script runs in it, and it loads nothing. */
export function page(shown: { drawing: string } | { refusal: string }, nonce: string): string {
    const policy = `default-src 'none'; img-src data:; style-src 'nonce-${nonce}'`;
    // As an image it is drawn and nothing else, whatever the file has in it.
    const body =
        "drawing" in shown
            ? `<img alt="${spoken(shown.drawing)}" src="${address(shown.drawing)}">`
            : `<pre>${escaped(shown.refusal)}</pre>`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
body { padding: 1em; color-scheme: light; }
body.vscode-dark, body.vscode-high-contrast { color-scheme: dark; }
body.vscode-high-contrast-light { color-scheme: light; }
/* VS Code's own rule shrinks an image to the panel, and nothing in it could be read. */
img { max-width: none; max-height: none; }
pre { white-space: pre-wrap; font-family: var(--vscode-editor-font-family), monospace; }
</style>
</head>
<body>
${body}
</body>
</html>
`;
}
