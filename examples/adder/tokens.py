"""How questions and answers are written in tokens: digits are themselves, then `+` and `=`."""

PLUS, EQUALS = 10, 11


def read(text):
    """The eight tokens of a question as it is written, `457+268=`."""
    a, plus, b = text.strip().removesuffix("=").partition("+")
    if not (plus and all(len(n) == 3 and n.isascii() and n.isdigit() and n[0] != "0" for n in (a, b))):
        raise ValueError(f"{text!r} is no question: ask for two numbers from 100 to 999, as 457+268=")
    return ["0123456789+=".index(sign) for sign in f"{a}+{b}="]


def written(tokens):
    """Tokens as they are read."""
    return "".join("0123456789+="[token] for token in tokens)
