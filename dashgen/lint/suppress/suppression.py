"""One suppression, wherever it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dashgen.lint.document import Place
from dashgen.lint.finding import Finding
from dashgen.lint.positions import Spot
from dashgen.lint.registry import known

Covers = Callable[[Finding, Callable[[], Spot]], bool]
"""Whether a finding is where a suppression is for; the spot is worked out when asked for."""
LEAST_WORDS = 4


@dataclass(eq=False, slots=True)
class Suppression:
    """``checks`` are codes or names as written, ``until`` a day, '' for ever. ``about`` says where it is, in words.

    ``hidden`` counts the findings it hides. ``judged``: all that it could hide was looked at, by all of its checks.
    """

    place: Place
    about: str
    checks: tuple[str, ...]
    reason: str
    until: str
    covers: Covers
    today: date
    hidden: int = 0
    judged: bool = True

    @property
    def unknown(self) -> tuple[str, ...]:
        """What it names that is no check; a part of a code is none either."""
        return tuple(name for name in self.checks if known(name) is None)

    @property
    def names(self) -> frozenset[str]:
        """The names of its checks."""
        return frozenset(check.name for name in self.checks if (check := known(name)) is not None)

    @property
    def day(self) -> date | None:
        """The last day it holds; None without one, or when what is written is no day."""
        try:
            return date.fromisoformat(self.until) if len(self.until) == 10 else None
        except ValueError:
            return None

    @property
    def expired(self) -> bool:
        """Whether its last day has passed."""
        return self.day is not None and self.day < self.today

    @property
    def holds(self) -> bool:
        """Whether it hides anything; one that cannot be understood does not."""
        return bool(self.names) and not self.expired and (not self.until or self.day is not None)
