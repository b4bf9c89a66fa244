"""Verdicts on mutants of earlier runs: hash of all that a verdict follows from -> which mutants the case killed.

Every trouble with the files is silently a miss: then promtool is asked again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST = 50_000
"""Entries kept; one is the mutants of one target in one case, 100 bytes to 10 kB."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Entries as files of one folder, each named by its key; without a folder nothing is remembered."""

    folder: Path | None = None

    def get(self, key: str) -> dict[str, bool]:
        """Of mutants whose verdict is known, whether the case killed them."""
        if self.folder is None:
            return {}
        try:
            checksum, _, payload = self._path(self.folder, key).read_bytes().partition(b"\n")
            found = json.loads(payload) if checksum == _checksum(key, payload) else {}
        except (OSError, ValueError):
            return {}
        valid = isinstance(found, dict) and all(isinstance(killed, bool) for killed in found.values())
        return found if valid else {}

    def add(self, key: str, verdicts: Mapping[str, bool]) -> None:
        """Remember more verdicts."""
        if self.folder is None or not verdicts:
            return
        payload = json.dumps({**self.get(key), **verdicts}).encode()
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = self.folder / f".new-{os.getpid()}-{key[:16]}"
            try:
                temporary.write_bytes(_checksum(key, payload) + b"\n" + payload)
                temporary.replace(self._path(self.folder, key))
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def prune(self) -> None:
        """Remove the oldest entries when there are too many."""
        if self.folder is None:
            return
        with suppress(OSError):
            files = list(self.folder.iterdir())
            if len(files) <= MOST:
                return
            times: dict[Path, float] = {}
            for path in files:
                with suppress(OSError):
                    times[path] = path.stat().st_mtime
            for path in sorted(times, key=times.__getitem__)[: len(times) - MOST // 2]:
                path.unlink(missing_ok=True)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / f"{key}.json"


def _checksum(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).hexdigest().encode()
