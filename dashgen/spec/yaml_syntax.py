"""What the YAML parser complains about, in words that say where to look and what to change."""

from __future__ import annotations

import re
from bisect import bisect_right

import yaml

from dashgen.errors import Location, Problem

_BREAK = re.compile(r"\r\n|\r|\n")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What libyaml says -> (what we say, what belongs there, what to do). First match wins.
_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a second `: ` where a value was expected",
        "one `key: value` per line, keys of one mapping below each other",
        "put the value in quotes when it contains `: `, or check the indentation",
    ),
    (
        "cannot start any token",
        "a character that no plain value may start with",
        "a value, or text in quotes",
        "put the text in quotes",
    ),
    (
        "unknown escape character",
        "an escape that YAML does not know, inside double quotes",
        "escapes such as \\n and \\\\",
        "use single quotes, which take a backslash as it is",
    ),
    (
        "invalid Unicode character escape",
        "an escape that is no character",
        "\\u with the number of a Unicode character",
        "correct the number, or write the character itself",
    ),
    (
        "found unexpected end of stream",
        "a quote that is never closed",
        "a closing quote",
        "add it, in the same line if possible",
    ),
    (
        "',' or ']'",
        "a list in brackets that is not closed, or misses a comma",
        "`,` or `]`",
        "add it, or write the list with one `- ` per line",
    ),
    (
        "',' or '}'",
        "a mapping in braces that is not closed, or misses a comma",
        "`,` or `}`",
        "add it, or put text that contains braces in quotes",
    ),
    (
        "expected ':'",
        "a line without a colon",
        "`key: value`",
        "add the colon and a space behind the key",
    ),
    (
        "did not find expected key",
        "a line that does not continue the mapping above it",
        "a key at the same indentation as the keys before it",
        "check the indentation, and that text after a closing quote is inside the quotes",
    ),
    (
        "'-' indicator",
        "a line that does not continue the list above it",
        "`- ` at the same indentation as the items before it",
        "check the indentation",
    ),
    (
        "block sequence entries are not allowed",
        "a list item `- ` where none may start",
        "list items on lines of their own, below the key",
        "start a new line before the `-`",
    ),
    (
        "node content",
        "nothing where a value was expected",
        "a value",
        "check for a bracket that is never closed or a stray comma",
    ),
    (
        "<document start>",
        "text after the end of the document",
        "one mapping and nothing after it",
        "check the indentation of this line, and that no bracket or quote is closed too early",
    ),
    (
        "incompatible YAML document",
        "a %YAML directive for another version of YAML",
        "YAML 1.2, which needs no directive",
        "remove the line",
    ),
    (
        "expected alphabetic or numeric",
        "`&` or `*` without a name",
        "the name of an anchor, or text in quotes",
        "put the text in quotes",
    ),
)


class Lines:
    """Line and column (from 1) of a character, counting lines as editors do."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] | None = None

    def position(self, index: int) -> tuple[int, int]:
        """(line, column) of the character at ``index``."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _BREAK.finditer(self._text))]
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def indent(self, index: int) -> tuple[int, str]:
        """(start, leading white space) of the line that holds the character at ``index``."""
        _, column = self.position(index)
        start = index - column + 1
        match = re.compile(r"[ \t]*").match(self._text, start)
        return start, match.group() if match else ""


def character_problem(text: str, file: str, lines: Lines) -> Problem | None:
    """The first character that YAML does not allow, if there is one."""
    match = _UNPRINTABLE.search(text)
    if match is None:
        return None
    return Problem(
        Location(file, *lines.position(match.start())),
        f"the control character U+{ord(match.group()):04X}",
        "printable text",
        "remove it; most editors show it when asked to show invisible characters",
    )


def syntax_problem(error: yaml.YAMLError, text: str, file: str, lines: Lines) -> Problem:
    """The parser's error as a Problem; a tab used as indentation is named as such."""
    mark = getattr(error, "problem_mark", None)
    # The parser notices what is missing only at the end of the file; the end of the text is where to look.
    index = min(mark.index, len(text.rstrip())) if mark else 0
    opened = getattr(error, "context_mark", None)
    tab = _tab(text, index, lines)
    if tab is not None:
        return Problem(
            Location(file, *lines.position(tab)),
            "a tab used as indentation",
            "spaces, the only indentation YAML knows",
            "replace the tab by spaces (two per level)",
        )
    said = str(getattr(error, "problem", None) or "the text cannot be read")
    for part, found, expected, action in _WORDS:
        if part not in said:
            continue
        since = ""
        if opened and part == "found unexpected end of stream":
            index = min(opened.index, len(text))
        elif opened and part in ("',' or ']'", "',' or '}'"):
            line, column = lines.position(min(opened.index, len(text)))
            since = f" (it starts at {line}:{column})"
        return Problem(Location(file, *lines.position(index)), found + since, expected, action)
    return Problem(Location(file, *lines.position(index)), f"not valid YAML: {said}", "valid YAML", "check this line")


def _tab(text: str, index: int, lines: Lines) -> int | None:
    """Where a tab indents the line of the error or the one before it."""
    if text[index : index + 1] == "\t":
        return index
    start, space = lines.indent(index)
    if "\t" in space:
        return start + space.index("\t")
    if start == 0:
        return None
    before, space = lines.indent(start - 1)
    return before + space.index("\t") if "\t" in space else None
