"""Labels a recording must not show: their values hashed with a key that is forgotten, or the label dropped.

One value has one hash throughout a recording, so that series can still be told apart and joined. What a query
compares such a label with literally is in the spec for all to see, and has to keep matching: it is not hashed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dashgen.errors import InputError, Location, Problem
from dashgen.promql.selector import Match
from dashgen.spec.recording import Recording
from dashgen.testing.recording.api import Labels
from dashgen.testing.recording.track import Track

_LITERAL = re.compile(r"[^\\.+*?()|\[\]{}^$]*")
_DIGITS = 12


@dataclass
class Masks:
    """What the spec says of private labels, applied. ``hashed`` are the values hashed, by label."""

    settings: Recording
    key: bytes = field(repr=False)
    matches: Sequence[Match] = ()
    hashed: dict[str, set[str]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def masked(self, tracks: Mapping[Labels, Track]) -> dict[Labels, Track]:
        """The series under labels that may be seen.

        Raises:
            InputError: when two series cannot be told apart any more.
        """
        found: dict[Labels, Track] = {}
        clashes: set[str] = set()
        for labels, track in tracks.items():
            shown = tuple(self._labels(labels))
            if shown in found:
                clashes.update(name for name, _ in labels if name in self.dropped)
            found[shown] = track
        if clashes:
            raise _clash(clashes)
        return found

    def unmatched(self) -> tuple[Match, ...]:
        """Matchers that hashed values may not satisfy as the true ones do."""
        found = [
            match
            for match in self.matches
            if match.label in self.hashed and match.operator in ("=~", "!~") and _literals(match.value) is None
        ]
        return tuple(dict.fromkeys(match for match in found if match.value != ".+"))

    def _labels(self, labels: Labels) -> Iterator[tuple[str, str]]:
        for name, value in labels:
            privacy = "keep" if name == "__name__" else self.settings.privacy(name)
            if privacy == "drop":
                self.dropped.add(name)
            elif privacy == "hash" and value not in self._public(name):
                self.hashed.setdefault(name, set()).add(value)
                yield name, self._hash(value)
            else:
                yield name, value

    def _public(self, label: str) -> set[str]:
        values = {""}
        for match in self.matches:
            if match.label == label:
                values.update([match.value] if match.operator in ("=", "!=") else _literals(match.value) or ())
        return values

    def _hash(self, value: str) -> str:
        return f"hashed-{hmac.new(self.key, value.encode(), hashlib.sha256).hexdigest()[:_DIGITS]}"


def _literals(pattern: str) -> tuple[str, ...] | None:
    """The values of ``a|b``; None for any other regular expression."""
    values = tuple(pattern.split("|"))
    return values if all(_LITERAL.fullmatch(value) for value in values) else None


def _clash(labels: set[str]) -> InputError:
    names = ", ".join(sorted(labels))
    problem = Problem(
        Location("recording.private"),
        f"without {names} some series cannot be told apart",
        "`drop` only for labels that no two series differ in alone",
        f"write `hash` for {names} in the spec",
    )
    return InputError([problem])
