"""Finds promtool: the one named, on PATH, beside the interpreter, or fetched by ``dashgen promtool install``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.batch.cache import cache_folder
from dashgen.errors import MachineError

if TYPE_CHECKING:
    from dashgen.spec import Spec

NAMED = "DASHGEN_PROMTOOL"
OLDEST = (2, 42)
"""Older ones do not know ``keep_firing_for``."""
_VERSION = re.compile(r"promtool, version v?(\d+)\.(\d+)\.(\d+)")
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Promtool:
    """A promtool that runs here."""

    path: Path
    version: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """``2.42.0`` as (2, 42, 0)."""
        return tuple(map(int, self.version.split(".")))


def find(named: Path | None = None) -> Promtool:
    """The promtool to judge with; ``named`` (``--promtool``) is a path, or a name to look for.

    Raises:
        MachineError: when there is none, or the first that is found cannot be used.
    """
    looked = []
    for place, name, folders in _places(named):
        path = shutil.which(name, path=os.pathsep.join(folders))
        if path:
            # It runs in a folder of its own, where a relative path leads nowhere.
            return examine(Path(path).absolute(), place)
        looked.append(f"{place}: {name}")
        if place in ("--promtool", NAMED):
            break
    raise MachineError(
        f"promtool was not found; looked at {'; '.join(looked)}\n"
        f"  do this:  dashgen promtool install, or name one with --promtool or {NAMED}"
    )


def examine(path: Path, place: str) -> Promtool:
    """A promtool with its version; ``place`` says where it comes from.

    Raises:
        MachineError: when it does not run, is no promtool, or too old.
    """
    advice = f"  do this:  dashgen promtool install, or name another one with --promtool or {NAMED}"
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise MachineError(f"{path} ({place}) does not say its version in {_PATIENCE} s\n{advice}") from None
    except OSError as error:
        raise MachineError(f"{path} ({place}) cannot be run: {error.strerror or error}\n{advice}") from error
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    version = _VERSION.search(said)
    if not version:
        first = next((line.strip() for line in said.splitlines() if line.strip()), "nothing")
        raise MachineError(f"{path} ({place}) is no promtool: to --version it says {first[:200]!r}\n{advice}")
    found = Promtool(path, ".".join(str(int(part)) for part in version.groups()))
    if found.numbers[:2] < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise MachineError(f"{path} ({place}) is promtool {found.version}; {wanted} or newer is needed\n{advice}")
    return found


def differs(promtool: Promtool, spec: Spec) -> str | None:
    """One line where another Prometheus runs the rules of a spec than the one they are judged by, else None."""
    stated = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", spec.prometheus.version)
    if spec.prometheus.flavour != "prometheus" or not stated:
        return None
    if (int(stated[1]), int(stated[2])) == promtool.numbers[:2]:
        return None
    wanted = f"{stated[1]}.{stated[2]}.{stated[3] or 0}"
    return (
        f"{spec.name}: the spec says Prometheus {spec.prometheus.version}, judged by promtool {promtool.version} "
        f"(dashgen promtool install --version {wanted})"
    )


def store() -> Path | None:
    """Where ``dashgen promtool install`` keeps them, each in a folder of its version; None without a cache."""
    folder = cache_folder()
    return folder / "promtool" if folder else None


def _places(named: Path | None) -> Iterator[tuple[str, str, list[str]]]:
    """(what it is called, name or path, folders to look in), the best first."""
    path = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    beside = str(Path(sys.executable).parent)
    if named:
        yield "--promtool", str(named), [*path, beside]
    if by_variable := os.environ.get(NAMED):
        yield NAMED, by_variable, [*path, beside]
    yield "PATH", "promtool", path
    yield "beside Python", str(Path(beside, "promtool")), []
    for folder in _stored():
        yield "dashgen's cache", str(folder / "promtool"), []


def _stored() -> list[Path]:
    """Folders of the cache, the newest version first; where one would be if there is none."""
    folder = store()
    if folder is None:
        return []
    versions = {}
    for each in folder.glob("*/promtool"):
        if re.fullmatch(r"\d+\.\d+\.\d+", each.parent.name):
            versions[tuple(map(int, each.parent.name.split(".")))] = each.parent
    return [versions[version] for version in sorted(versions, reverse=True)] or [folder / "VERSION"]
