"""What was built before: hash of all inputs -> hashes of the files and the summary, never the files themselves.

A hit saves compiling only where the output folder holds exactly those files, and that is looked at every time. So a
cache that is old, damaged or shared can cost time and nothing else; every trouble with it is silently a miss.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen.batch.compiled import Compiled, Summary
from dashgen.emit.packed import Packed

MOST = 10_000
"""Entries kept; one is 4 to 16 kB on disk."""
_USED_AGAIN = 24 * 3600
_FORMAT = 1


def cache_folder() -> Path | None:
    """``$XDG_CACHE_HOME/dashgen``, else ``~/.cache/dashgen``; None with DASHGEN_CACHE=off, or without a home."""
    if os.environ.get("DASHGEN_CACHE", "").lower() in ("off", "0", "no", "false"):
        return None
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named and Path(named).is_absolute():
        return Path(named) / "dashgen"
    try:
        return Path.home() / ".cache" / "dashgen"
    except RuntimeError:
        return None


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries as files of one folder, each named by its key; several builds may use it at once."""

    folder: Path

    def get(self, key: str) -> Compiled | None:
        """What a spec with these inputs compiled to, with hashes for files; None when that is not known."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime
                checksum, _, payload = file.read().partition(b"\n")
            if checksum != _checksum(key, payload):
                return None
            if age > _USED_AGAIN:
                os.utime(path)
            return _decode(json.loads(payload))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, compiled: Compiled) -> None:
        """Remember what a spec compiled to."""
        payload = json.dumps(_encode(compiled)).encode()
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
        """Remove the entries not used for longest when there are too many, and files of builds that were killed."""
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

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _checksum(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).hexdigest().encode()


def _encode(compiled: Compiled) -> dict[str, Any]:
    output, summary = compiled.output, compiled.summary
    return {
        "format": _FORMAT,
        "name": output.name,
        "spec_file": output.spec_file,
        "digests": dict(output.digests),
        "counts": summary.counts,
        "assumed_versions": summary.assumed_versions,
        "panels": summary.panels,
        "pages": summary.pages,
    }


def _decode(data: dict[str, Any]) -> Compiled | None:
    if data["format"] != _FORMAT:
        return None
    output = Packed(data["name"], data["spec_file"], data["digests"])
    parts = (tuple(map(tuple, data[part])) for part in ("counts", "assumed_versions", "panels", "pages"))
    return Compiled(output, Summary(*parts))
