"""What remains of a compiled spec when its model is gone: packed files, and what a build tells about it.

Small, because it travels between processes and into the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashgen.emit.packed import Packed
    from dashgen.model import Bundle, Missing

Row = tuple[str, str, str, str]
"""What is missing, then signal, reason and how to get it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build reports about a spec: how much of each thing, versions assumed, what has no source."""

    counts: tuple[tuple[str, int], ...]
    assumed_versions: tuple[tuple[str, str], ...]
    panels: tuple[Row, ...]
    pages: tuple[Row, ...]

    @classmethod
    def of(cls, bundle: Bundle) -> Summary:
        """The summary of a bundle."""
        severities = [alert.severity for alert in bundle.alerts()]
        counts = {
            "dashboard": len(bundle.dashboards),
            "panel": sum(1 for board in bundle.dashboards for _ in board.panels()),
            "page": severities.count("page"),
            "ticket": severities.count("ticket"),
            "recording rule": sum(len(group.rules) for group in bundle.groups) - len(severities),
        }
        panels = [
            _row(f"{board.key}/{panel.key}", panel.missing)
            for board, panel in bundle.missing_panels()
            if panel.missing is not None
        ]
        pages = [_row(alert.name, alert.missing) for alert in bundle.missing_alerts]
        return cls(tuple(counts.items()), bundle.assumed_versions, tuple(panels), tuple(pages))


def _row(name: str, missing: Missing) -> Row:
    return name, missing.signal, missing.reason, missing.how


@dataclass(frozen=True, slots=True)
class Compiled:
    """One spec, ready to be planned and written."""

    output: Packed
    summary: Summary
