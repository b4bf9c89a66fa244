"""Regular expressions as Prometheus reads them (RE2), not run: theirs take no longer than their text, ours may."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"(?P<nothing>\\B|\\[Az]|\^|\$|\(\?[imsU-]+\))"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[imsU-]*:))?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<none>[*?]\??|\{0(?:,\d*)?\}\??)|(?P<some>\+\??|\{\d+(?:,\d*)?\}\??)"
    r"|(?P<one>\\[pPx]\{[^}]*\}|\\[pP][^{]|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|[^\\\[])",
    re.DOTALL,
)


def takes_empty(pattern: str) -> bool | None:
    """Whether it matches a label that is empty or not there; None when it is no pattern, or quotes text with ``\\Q``.

    Only where it can be left out is asked of each piece, so that any pattern takes no longer than its length.
    """
    if "\\Q" in pattern:
        return None
    # Of each group that is open: whether an alternative before this one is empty, and what is before in this one.
    outside: list[tuple[bool, bool]] = []
    other, before, last = False, True, True
    end = 0
    while match := _PIECE.match(pattern, end):
        end, kind = match.end(), match.lastgroup
        if kind == "open":
            outside.append((other, before and last))
            other, before, last = False, True, True
        elif kind == "close":
            if not outside:
                return None
            inner = other or (before and last)
            other, before = outside.pop()
            last = inner
        elif kind == "or":
            other, before, last = other or (before and last), True, True
        elif kind == "none":
            last = True
        elif kind != "some":
            before, last = before and last, kind == "nothing"
    if end != len(pattern) or outside:
        return None
    return other or (before and last)
