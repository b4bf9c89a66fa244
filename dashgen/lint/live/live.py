"""What checks may ask a running server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

DAY = 86_400
"""Seconds that are looked back: a series without a sample in them is not there."""


class Live(Protocol):
    """A server that remembers its answers. None: it cannot tell, so nothing may be said."""

    @property
    def names(self) -> frozenset[str]:
        """The names that have series."""

    @property
    def whole(self) -> bool:
        """Whether what it does not have is not there; not so when it answers with a part of its data."""

    def labels(self, selector: str) -> frozenset[str] | None:
        """The labels that series of a selector have, the name among them; none when there is no series."""

    def values(self, name: str, label: str) -> frozenset[str] | None:
        """The values a label has in the series of a name."""

    def type(self, name: str) -> str:
        """What the targets say a series is: counter, gauge, histogram, summary; '' when none or not all say it."""

    def undeployed(self, names: Iterable[str]) -> None:
        """Remembers names that the files record and the server does not have."""
