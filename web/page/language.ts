// How a program is coloured. The words are those of the compiler's grammar, put in when the page is built.

import { StreamLanguage } from "@codemirror/language";

declare const KEYWORDS: readonly string[];

const keywords = new Set(KEYWORDS);

export const attn = StreamLanguage.define<null>({
    name: "attn",
    startState: () => null,
    token(stream) {
        if (stream.match("//")) {
            stream.skipToEnd();
            return "comment";
        }
        if (stream.match(/^"[^"]*"?/)) {
            return "string";
        }
        if (stream.match(/^\d+(\.\d+)?/)) {
            return "number";
        }
        const word = stream.match(/^[A-Za-z_]\w*/);
        if (word && typeof word === "object") {
            if (keywords.has(word[0])) {
                return "keyword";
            }
            return stream.match(/^\s*\(/, false) ? "variableName.function" : "variableName";
        }
        stream.next();
        return null;
    },
    languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{"] } },
});
