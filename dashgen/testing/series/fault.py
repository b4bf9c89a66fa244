"""What is wrong with a part of a scenario, as the one problem it is."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.words import closest, listing, printable, shorten


def fault(where: Location, found: str, expected: str, action: str) -> InputError:
    """The error of one problem; raise it."""
    return InputError([Problem(where, found, expected, action)])


def unknown(
    where: Location, what: str, name: str, known: Iterable[str], action: str = "name one of them"
) -> InputError:
    """The error of a name that is none of those known; raise it."""
    options = list(known)
    meant = closest(name, options)
    expected = f"one of {listing(options)}" if options else "nothing: there is none"
    return fault(where, f"{what} {shown(name)}", expected, f"did you mean `{meant}`?" if meant else action)


def shown(text: str) -> str:
    """Somebody's text inside a message."""
    return f"`{printable(shorten(text))}`"
