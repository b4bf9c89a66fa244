"""Finds vmalert-tool: the one that is named, or on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import MachineError

NAMED = "DASHGEN_VMALERT_TOOL"
NAMES = ("vmalert-tool", "vmalert-tool-prod")
"""As it is built, and as it is in VictoriaMetrics' releases (vmutils-*.tar.gz)."""
OLDEST = (1, 117)
"""Older ones do not read numbers like 1e+06, and several cannot run at once."""
_ADVICE = (
    "  do this:  take vmalert-tool-prod out of vmutils-*.tar.gz of a release of VictoriaMetrics (v1.117 or newer), "
    f"put it on PATH or name it in {NAMED}; or leave --engine vmalert out"
)
_VERSION = re.compile(r"^vmalert-tool version .*?\bv?(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class VmalertTool:
    """A vmalert-tool that runs here; ``version`` is "unknown" for one that was built without saying it."""

    path: Path
    version: str


def find() -> VmalertTool:
    """The vmalert-tool to compare promtool with.

    Raises:
        MachineError: when there is none, or the first that is found cannot be used.
    """
    looked = []
    for place, name in _places():
        path = shutil.which(name)
        if path:
            # It runs in a folder of its own, where a relative path leads nowhere.
            return _examined(Path(path).absolute(), place)
        looked.append(f"{place}: {name}")
    raise MachineError(f"vmalert-tool was not found; looked at {'; '.join(looked)}\n{_ADVICE}")


def _places() -> Iterator[tuple[str, str]]:
    """(what it is called, name or path), the best first."""
    named = os.environ.get(NAMED)
    if named:
        yield NAMED, named
    else:
        yield from (("PATH", name) for name in NAMES)


def _examined(path: Path, place: str) -> VmalertTool:
    """The one found, if it can do what is needed of it."""
    said = _said(path, place, "unittest", "--help")
    if "disableAlertgroupLabel" not in said or "httpListenPort" not in said:
        first = next((line.strip() for line in said.splitlines() if line.strip()), "nothing")
        raise MachineError(
            f"{path} ({place}) is no vmalert-tool, or too old: to `unittest --help` it says {first[:200]!r}\n{_ADVICE}"
        )
    version = _VERSION.search(_said(path, place, "--version"))
    if not version:
        return VmalertTool(path, "unknown")
    found, oldest = ".".join(version.groups()), ".".join(map(str, OLDEST))
    if tuple(map(int, version.groups()))[:2] < OLDEST:
        raise MachineError(f"{path} ({place}) is vmalert-tool {found}; {oldest} or newer is needed\n{_ADVICE}")
    return VmalertTool(path, found)


def _said(path: Path, place: str, *arguments: str) -> str:
    try:
        done = subprocess.run([path, *arguments], capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise MachineError(f"{path} ({place}) does not answer in {_PATIENCE} s\n{_ADVICE}") from None
    except OSError as error:
        raise MachineError(f"{path} ({place}) cannot be run: {error.strerror or error}\n{_ADVICE}") from error
    return (done.stdout + done.stderr).decode("utf-8", "replace")
