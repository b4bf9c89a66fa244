"""What earlier runs found: hash of all a verdict follows from -> mutants the case killed; and who killed which last.

Every trouble with the files is silently a miss: then promtool is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from dashgen.batch.store import Store

MOST = 50_000
"""Entries kept; one is the mutants of one target in one case, 100 bytes to 10 kB."""

V = TypeVar("V", bool, str)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Entries as files of one folder, each named by its key; without a folder nothing is remembered."""

    folder: Path | None = None

    def get(self, key: str) -> dict[str, bool]:
        """Of mutants whose verdict is known, whether the case killed them."""
        return self._read(key, bool)

    def add(self, key: str, verdicts: Mapping[str, bool]) -> None:
        """Remember more verdicts."""
        self._add(key, self.get(key), verdicts)

    def killers(self, target: str) -> dict[str, str]:
        """The case that last killed each mutant of a target: the first to ask again, whatever it says now."""
        return self._read(_hash(target), str)

    def add_killers(self, target: str, killers: Mapping[str, str]) -> None:
        """Remember more of them."""
        self._add(_hash(target), self.killers(target), killers)

    def prune(self) -> None:
        """Remove the oldest entries when there are too many."""
        if self.folder is not None:
            Store(self.folder, MOST).prune()

    def _read(self, key: str, kind: type[V]) -> dict[str, V]:
        payload = Store(self.folder, MOST).get(key) if self.folder else None
        try:
            found = json.loads(payload) if payload else {}
        except ValueError:
            return {}
        valid = isinstance(found, dict) and all(isinstance(value, kind) for value in found.values())
        return found if valid else {}

    def _add(self, key: str, known: Mapping[str, V], more: Mapping[str, V]) -> None:
        if self.folder is not None and any(known.get(name) != value for name, value in more.items()):
            Store(self.folder, MOST).put(key, json.dumps({**known, **more}).encode())


def _hash(target: str) -> str:
    return hashlib.sha256(target.encode()).hexdigest()
