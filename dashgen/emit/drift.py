"""Differences between the output folder and what a build would write there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Drift:
    """One stale file: ``changed`` with a unified diff, ``missing``, or ``extra`` (ours, no longer made)."""

    kind: Literal["changed", "missing", "extra"]
    path: Path
    diff: str = ""

    def __str__(self) -> str:
        return self.diff if self.diff else f"{self.kind}: {self.path}\n"


def changed_drift(path: Path, wanted: bytes) -> Drift:
    """Drift of a file whose bytes are not the wanted ones."""
    import difflib  # most builds find nothing stale

    if path.is_symlink() or not path.is_file():
        return Drift("changed", path, f"changed: {path} is not a regular file\n")
    old, new = (_lines(data) for data in (path.read_bytes(), wanted))
    diff = difflib.unified_diff(old, new, fromfile=str(path), tofile=f"{path} (as built)")
    text = "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in diff)
    return Drift("changed", path, text or f"changed: {path} differs in bytes that are not text\n")


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)
