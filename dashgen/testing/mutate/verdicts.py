"""Verdicts on mutants of earlier runs: hash of all that a verdict follows from -> which mutants the case killed.

Every trouble with the files is silently a miss: then promtool is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.batch.store import Store

MOST = 50_000
"""Entries kept; one is the mutants of one target in one case, 100 bytes to 10 kB."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Entries as files of one folder, each named by its key; without a folder nothing is remembered."""

    folder: Path | None = None

    def get(self, key: str) -> dict[str, bool]:
        """Of mutants whose verdict is known, whether the case killed them."""
        payload = Store(self.folder, MOST).get(key) if self.folder else None
        try:
            found = json.loads(payload) if payload else {}
        except ValueError:
            return {}
        valid = isinstance(found, dict) and all(isinstance(killed, bool) for killed in found.values())
        return found if valid else {}

    def add(self, key: str, verdicts: Mapping[str, bool]) -> None:
        """Remember more verdicts."""
        if self.folder is not None and verdicts:
            Store(self.folder, MOST).put(key, json.dumps({**self.get(key), **verdicts}).encode())

    def prune(self) -> None:
        """Remove the oldest entries when there are too many."""
        if self.folder is not None:
            Store(self.folder, MOST).prune()
