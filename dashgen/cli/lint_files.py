"""The files ``dashgen lint`` is asked about: specs, output of specs, and anybody's, folders walked."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.emit.manifest import MANIFEST
from dashgen.errors import InputError, Location, MachineError, Problem
from dashgen.lint.project import File
from dashgen.lint.readers.decode import MAX_BYTES

SUFFIXES = (".json", ".yaml", ".yml")
_SKIPPED = ("node_modules", "__pycache__")
_SPEC = re.compile(rb"^(?:models|sources)[ \t]*:", re.MULTILINE)
_MAYBE_SPEC = re.compile(rb"^(?:name|models|sources)[ \t]*:", re.MULTILINE)
"""Two of these are enough where the file itself is named: one of a spec's keys may be misspelt."""
_LARGEST_SPEC = 1 << 20


@dataclass(slots=True)
class Found:
    """``outputs`` are files of output folders, by folder; ``others`` are anybody's."""

    specs: list[Path] = field(default_factory=list)
    outputs: dict[Path, list[File]] = field(default_factory=dict)
    others: list[File] = field(default_factory=list)


def find(paths: Sequence[Path], stdin_name: str) -> Found:
    """Everything the paths mean, each file once, in their order.

    Raises:
        InputError: for each path that does not exist, and each folder without such files.
        MachineError: for what may not be read.
    """
    found, problems, seen = Found(), list[Problem](), set[Path]()
    folders: dict[Path, Path | None] = {}
    for path in paths:
        if str(path) == "-":
            found.others.append(File(stdin_name, sys.stdin.buffer.read(MAX_BYTES + 1)))
            continue
        files = list(_files(path, problems))
        for file in files:
            real = file.resolve()
            if real not in seen:
                seen.add(real)
                _sort(file, found, folders, named=file == path)
    if problems:
        raise InputError(problems)
    return found


def shown(path: Path) -> str:
    """A path as it is in reports: with slashes, and relative where it is below the working directory."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - without following links
    if path.is_absolute() and absolute.is_relative_to(Path.cwd()):
        return absolute.relative_to(Path.cwd()).as_posix()
    return Path(os.path.normpath(path)).as_posix()


def _files(path: Path, problems: list[Problem]) -> Iterator[Path]:
    try:
        if path.is_dir():
            walked = sorted(_walk(path))
            if not walked:
                expected = f"files that end in {', '.join(SUFFIXES)}"
                problems.append(Problem(Location(str(path)), "a folder without such files", expected, "check the path"))
            yield from walked
        elif path.exists():
            yield path
        else:
            problems.append(_missing(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.append(Problem(Location(str(path)), f"cannot be opened: {reason}", "a file", "check the path"))


def _walk(folder: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name[0] != "." and name not in _SKIPPED]
        for name in names:
            path = Path(place, name)
            if name[0] != "." and path.suffix in SUFFIXES and path.is_file():
                yield path


def _missing(path: Path) -> Problem:
    import difflib

    try:
        siblings = [other.name for other in path.parent.iterdir()]
    except (OSError, ValueError):
        siblings = []
    close = difflib.get_close_matches(path.name, siblings, n=1)
    action = f"did you mean `{path.parent / close[0]}`?" if close else "check the path"
    return Problem(Location(str(path)), "no such file", "a file, a folder, or - for stdin", action)


def _sort(path: Path, found: Found, folders: dict[Path, Path | None], *, named: bool) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except OSError as error:
        raise MachineError(f"{path}: cannot be read: {error.strerror or error}") from error
    keys = _MAYBE_SPEC if named else _SPEC
    if path.suffix != ".json" and len(content) <= _LARGEST_SPEC and len(set(keys.findall(content))) > 1:
        found.specs.append(path)
        return
    file_ = File(shown(path), content, named=named, size=size)
    output = _output(path.parent, folders)
    if output is None:
        found.others.append(file_)
    else:
        found.outputs.setdefault(output, []).append(file_)


def _output(folder: Path, folders: dict[Path, Path | None]) -> Path | None:
    """The folder with a manifest of dashgen that a folder is or is in."""
    if folder not in folders:
        above = folder.parent if folder != folder.parent else None
        if (folder / MANIFEST).is_file():
            folders[folder] = folder
        else:
            folders[folder] = _output(above, folders) if above is not None else None
    return folders[folder]
