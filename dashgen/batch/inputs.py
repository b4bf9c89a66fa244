"""Everything the output of a spec follows from, as one hash: the spec, the user's rules, and dashgen itself.

Contents, not times: what an installer, a checkout or an archive does to times must not matter.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import dashgen
from dashgen.folders import own_rules, packaged_rules

# Whatever has a say in the bytes of the output. typer and rich only talk to the terminal.
DEPENDENCIES = frozenset(
    {"attrs", "grafanalib", "jinja2", "markupsafe", "promql-parser", "pydantic", "pydantic-core", "pyyaml"}
)
_MAX_SPEC = 1 << 20
_INSTALLED = re.compile(r"(?P<name>.+?)-[^-]+\.dist-info")


class UnknownInputError(Exception):
    """Something that decides about the output cannot be hashed, so nothing may be remembered."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """``key``: hash of all inputs. ``stamp``: which file it was; a file replaced twice has another one."""

    key: str
    stamp: tuple[int, ...]


class Hasher:
    """Inputs of specs, as they are while this object lives: folders are read once.

    ``generator`` is the hash of dashgen when that is known already.
    """

    def __init__(self, generator: str | None = None) -> None:
        self._generator = generator or hash_generator()
        self._rules = cache(hash_folder)

    def inputs(self, spec: Path) -> Inputs:
        """The inputs of a spec file.

        Raises:
            OSError: when the file cannot be read.
            UnknownInputError: when an input cannot be hashed.
        """
        with spec.open("rb") as file:
            found = os.fstat(file.fileno())
            content = file.read(_MAX_SPEC + 1)
        parts = [self._generator, self._rules(own_rules(spec)), spec.name, hashlib.sha256(content).hexdigest()]
        key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return Inputs(key, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))


_CLOCK = 50_000_000
"""Nanoseconds by which a file system's clock may lag behind ours."""


@cache
def _started() -> int:
    return time.time_ns() - _CLOCK


@cache
def running_generator() -> str:
    """The hash of dashgen as it was when it was first asked for: close to what this process has imported."""
    _started()
    return hash_generator()


def generator_changed() -> bool:
    """Whether a file of dashgen or its rules may have changed since ``running_generator`` was asked first.

    By the times the system keeps, which nobody can set; hashing everything again would take five times as long.
    """
    folders = (Path(dashgen.__file__).parent, packaged_rules())
    return any(_newest(os.fspath(folder)) >= _started() for folder in folders)


def _newest(folder: str) -> int:
    """The last time something in a folder or below it changed, in nanoseconds."""
    times = [os.stat(folder).st_ctime_ns]  # noqa: PTH116 - as in hash_folder
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            times.append(_newest(entry.path) if entry.is_dir() else entry.stat().st_ctime_ns)
    return max(times)


def hash_generator() -> str:
    """Hash of dashgen as it is on disk now, of what it needs, and of Python.

    Raises:
        UnknownInputError: for an installation whose files cannot be told.
    """
    package = Path(dashgen.__file__).parent
    parts = [sys.version, hash_folder(package), hash_folder(packaged_rules()), *_dependencies()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def hash_folder(folder: Path) -> str:
    """Hash of every file below a folder; of nothing when there is no such folder."""
    total = hashlib.sha256()
    root = os.fspath(folder)
    for path in sorted(_files(root)):
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a Path for each file takes longer than its hash
                content = file.read()
        except OSError as error:
            raise UnknownInputError(path) from error
        name = os.fsencode(path[len(root) + 1 :])
        total.update(b"%d %d %b" % (len(name), len(content), name))
        total.update(content)
    return total.hexdigest()


def _files(folder: str) -> Iterator[str]:
    """Paths of the files below a folder; nothing when there is none."""
    if not os.path.isdir(folder):  # noqa: PTH112 - as above
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                if not entry.name.endswith(".pyc"):
                    yield entry.path
            elif entry.is_symlink():
                raise UnknownInputError(f"{entry.path}: a folder that is a link may hold anything")
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


def _dependencies() -> list[tuple[str, str]]:
    """(name and version, hash of the list of installed files with their hashes) of each dependency.

    Not through ``importlib.metadata``: importing it costs more than the rest of a build that has nothing to do.
    """
    found: dict[str, tuple[str, str]] = {}
    for entry in sys.path:
        with suppress(OSError):
            for folder in sorted(Path(entry).glob("*.dist-info")):
                match = _INSTALLED.fullmatch(folder.name)
                name = re.sub(r"[-_.]+", "-", match["name"]).lower() if match else ""
                if name in DEPENDENCIES:
                    found.setdefault(name, (folder.name, _installed(folder)))
    if missing := DEPENDENCIES - found.keys():
        raise UnknownInputError(f"not installed by pip: {', '.join(sorted(missing))}")
    return sorted(found.values())


def _installed(folder: Path) -> str:
    origin = folder / "direct_url.json"
    try:
        if origin.exists() and b'"editable"' in origin.read_bytes():
            raise UnknownInputError(f"{folder.name}: an editable installation changes without its list of files")
        return hashlib.sha256((folder / "RECORD").read_bytes()).hexdigest()
    except OSError as error:
        raise UnknownInputError(str(folder)) from error
