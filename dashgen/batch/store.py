"""Payloads in files of one folder, each named by its key: may be old, damaged or shared, and is then a miss.

Several processes may use a folder at once. Every trouble with it is silent: what is not there is worked out again.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_USED_AGAIN = 24 * 3600
"""Seconds after which a hit is marked as used, so that it is not the first to go."""


@dataclass(frozen=True, slots=True)
class Store:
    """At most about ``most`` payloads."""

    folder: Path
    most: int

    def get(self, key: str) -> bytes | None:
        """The payload as it was put; None when there is none, or what is there is damaged."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime
                checksum, _, payload = file.read().partition(b"\n")
            if checksum != _checksum(key, payload):
                return None
            if age > _USED_AGAIN:
                os.utime(path)
        except OSError:
            return None
        return payload

    def put(self, key: str, payload: bytes) -> None:
        """Keep a payload, whole or not at all."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = self.folder / f".new-{os.getpid()}-{key[:16]}"
            try:
                temporary.write_bytes(_checksum(key, payload) + b"\n" + payload)
                temporary.replace(self._path(key))
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def prune(self) -> None:
        """Remove the payloads not used for longest when there are too many, and files of processes that were killed."""
        with suppress(OSError):
            files = [path for path in self.folder.iterdir() if not path.is_dir()]
            if len(files) <= self.most:
                return
            times: dict[Path, float] = {}
            for path in files:
                with suppress(OSError):
                    times[path] = path.stat().st_mtime
            for path in sorted(times, key=times.__getitem__)[: len(times) - self.most // 2]:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _checksum(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).hexdigest().encode()
