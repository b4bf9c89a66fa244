"""What was built before: hash of all inputs -> hashes of the files and the summary, never the files themselves.

A hit saves compiling only where the output folder holds exactly those files, and that is looked at every time. So a
cache that is old, damaged or shared can cost time and nothing else; every trouble with it is silently a miss.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen.batch.compiled import Compiled, Summary
from dashgen.batch.store import Store
from dashgen.emit.packed import Packed

MOST = 10_000
"""Entries kept; one is 4 to 16 kB on disk."""
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
        payload = self._store.get(key)
        try:
            return None if payload is None else _decode(json.loads(payload))
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, compiled: Compiled) -> None:
        """Remember what a spec compiled to."""
        self._store.put(key, json.dumps(_encode(compiled)).encode())

    def prune(self) -> None:
        """Remove the entries not used for longest when there are too many."""
        self._store.prune()

    @property
    def _store(self) -> Store:
        return Store(self.folder, MOST)


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
