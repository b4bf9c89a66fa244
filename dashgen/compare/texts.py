"""Two prose texts: the words that differ, as short as it can be said."""

from __future__ import annotations

from difflib import SequenceMatcher

from dashgen.compare.changes import Code, Words, arrow

_MOST_WORDS = 500


def reworded(lead: str, before: str, after: str) -> tuple[Words, ...]:
    """``lead`` and what became of the text; empty when only blanks changed."""
    old, new = before.split(), after.split()
    if old == new:
        return ()
    if not old or not new:
        return ((f"{lead} added: ", Code(" ".join(new))) if new else (f"{lead} removed: ", Code(" ".join(old))),)
    if max(len(old), len(new)) > _MOST_WORDS:
        return ((f"{lead} rewritten",),)
    hunks = [code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"]
    if len(hunks) > 1:
        return ((f"{lead} rewritten: ", Code(" ".join(old)), " -> ", Code(" ".join(new))),)
    _, a, b, c, d = hunks[0]
    if a == b or c == d:
        a, c = max(a - 1, 0), max(c - 1, 0)
        b, d = min(b + 1, len(old)), min(d + 1, len(new))
    return (arrow(" ".join(old[a:b]), " ".join(new[c:d]), lead),)
