"""Whether a regular expression is RE2, as far as Python's ``re`` and a reading of its tokens can tell."""

from __future__ import annotations

import re
import warnings

from dashgen.spec.words import printable, shorten

_TOKEN = re.compile(
    r"""\\Q.*?(?:\\E|$)
    | \\[pP](?:\{\^?\w+\}|\w) | \\x\{[0-9a-fA-F]+\} | \\.
    | \[\^?\]?(?: \[:\^?\w+:\] | \\. | [^\]\\] )*\]
    | \(\?(?: P?<[A-Za-z_]\w*> | P=\w* | <[=!] | [a-zA-Z]*(?:-[a-zA-Z]+)?[):] | . )
    | [*+?]\+ | \{[0-9]+(?:,[0-9]*)?\} | .""",
    re.VERBOSE | re.DOTALL,
)
_UNKNOWN_GROUPS = {
    "(?=": "a lookahead `(?=`",
    "(?!": "a negative lookahead `(?!`",
    "(?<=": "a lookbehind `(?<=`",
    "(?<!": "a negative lookbehind `(?<!`",
    "(?>": "an atomic group `(?>`",
    "(?(": "a conditional group `(?(`",
    "(?#": "a comment `(?#`",
}
_MOST_REPEATS = 1000


def tokens(text: str) -> list[str]:
    """The pieces an expression is written with: characters, escapes, classes, repetitions, openings of groups."""
    return [match.group() for match in _TOKEN.finditer(text)]


def regex_problem(text: str) -> str | None:
    """What RE2 would not accept in this expression; None when nothing was seen."""
    translated = []
    for token in tokens(text):
        problem = _token_problem(token)
        if problem:
            return problem
        translated.append(_python(token))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile("".join(translated))
    except re.error as error:
        return printable(shorten(error.msg))
    except (OverflowError, RecursionError):
        return "an expression too large to compile"
    return None


def _token_problem(token: str) -> str | None:
    if token in _UNKNOWN_GROUPS:
        return _UNKNOWN_GROUPS[token]
    if token.startswith("(?P="):
        return f"a backreference `{token})`"
    if token[0] == "{" and any(int(number) > _MOST_REPEATS for number in re.findall("[0-9]{1,9}", token)):
        return f"more than {_MOST_REPEATS} repetitions `{token}`"
    what = ""
    if len(token) == 2 and token[0] == "\\":
        what = "a backreference" if token[1] in "123456789" else ""
        what = "the escape" if token[1] in "ZGKkXRuUN" else what
    elif len(token) == 2 and token[0] in "*+?" and token[1] == "+":
        what = "a possessive repetition"
    return f"{what} `{token}`" if what else None


def _python(token: str) -> str:
    """The token as Python's ``re`` wants it, where the two write the same thing differently."""
    written = token
    if token.startswith("\\Q"):
        written = re.escape(token[2:].removesuffix("\\E"))
    elif token.startswith("["):
        written = "[" + re.sub(r"\[:\^?\w+:\]|\\[pP](\{\^?\w+\}|\w)|\\x\{[0-9a-fA-F]+\}", "a", token[1:])
    elif token[:2] in ("\\p", "\\P", "\\C") or token.startswith("\\x{"):
        written = "."
    elif token == "\\z":
        written = "\\Z"
    elif token.startswith("(?<"):
        written = "(?P" + token[2:]
    elif token.startswith("(?") and token[-1] in "):" and token[2:3] != "P":
        written = "(?:" if token[-1] == ":" else ""
    return written
