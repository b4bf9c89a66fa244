"""``--select`` and ``--ignore``: which checks look."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from dashgen.errors import InputError, Location, Problem
from dashgen.lint.check import Check, hooks
from dashgen.lint.registry import checks, families, find


def select(wanted: Sequence[str], ignored: Sequence[str], *, live: bool = False) -> tuple[Check, ...]:
    """The checks that are wanted, all when none is said, without those that are ignored.

    Those that ask a server are among them only with ``live``, when there is one.

    Raises:
        InputError: for words that mean no check, and when none is left.
    """
    problems: list[Problem] = []
    chosen = frozenset(_meant("--select", wanted, problems)) if wanted else frozenset(checks())
    left = chosen - frozenset(_meant("--ignore", ignored, problems))
    if not problems and not left:
        expected = "at least one check"
        problems.append(Problem(Location("--ignore"), "ignores every check that is selected", expected, "name fewer"))
    if not live:
        offline = frozenset(check for check in left if hooks(check) != ("live",))
        if left and not offline and not problems:
            found, expected = "selects only checks that ask a server", "a server, or other checks"
            problems.append(Problem(Location("--select"), found, expected, "name the server: --prometheus URL"))
        left = offline
    if problems:
        raise InputError(problems)
    return tuple(check for check in checks() if check in left)


def split(words: Iterable[str]) -> list[str]:
    """Words of options that may be repeated, and may be several with commas between them."""
    return [part.strip() for word in words for part in word.split(",") if part.strip()]


def unknown(where: str, name: str) -> Problem:
    """The problem of a word that means no check."""
    words = [word for check in checks() for word in (check.name, check.code.lower())]
    close = difflib.get_close_matches(name.lower(), words + list(families()), n=1, cutoff=0.6)
    meant = close[0].upper() if close and close[0][-1:].isdigit() else "".join(close)
    action = f"did you mean `{meant}`?" if close else "`dashgen rules` lists them"
    return Problem(Location(where), f"unknown check {name!r}", "a code, a name, PQL or another family", action)


def _meant(option: str, words: Sequence[str], problems: list[Problem]) -> Iterator[Check]:
    for word in split(words):
        found = checks() if word.lower() == "all" else find(word)
        if not found:
            problems.append(unknown(option, word))
        yield from found
