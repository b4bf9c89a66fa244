"""Puts the files of a new repository into a folder; never over anything, and all of them or none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from dashgen.emit.machine import machine_errors
from dashgen.emit.manifest import MANIFEST
from dashgen.errors import InputError, Location, Problem

_PLACE = "DIR"


def refuse(folder: Path, names: Collection[str]) -> None:
    """Nothing when every file can be created.

    Raises:
        InputError: listing everything in the way.
        MachineError: when the folder cannot be read.
    """
    with machine_errors(f"cannot read {folder}", place=_PLACE):
        problems = list(dict.fromkeys(_obstacles(folder, names)))
    if problems:
        raise InputError(problems)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Creates the files, the folder and its parents; what was made is removed again when one cannot be.

    Raises:
        InputError: listing everything in the way.
        MachineError: when the disk is full, read-only or forbidden.
    """
    refuse(folder, files)
    made: list[Path] = []
    with machine_errors(f"cannot write {folder}", place=_PLACE):
        try:
            for name, content in files.items():
                _make_folder((folder / name).parent, made)
                _create(folder / name, content, made)
        except BaseException:
            for path in reversed(made):
                with contextlib.suppress(OSError):
                    path.rmdir() if path.is_dir() else path.unlink()
            raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    for path in reversed((folder, *folder.parents)):
        if not path.is_dir():
            path.mkdir()
            made.append(path)


def _create(path: Path, content: bytes, made: list[Path]) -> None:
    # Exclusive: a file that appeared in the meantime is not ours to replace.
    with path.open("xb") as stream:
        made.append(path)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _obstacles(folder: Path, names: Collection[str]) -> Iterator[Problem]:
    if folder.exists() and not folder.is_dir():
        yield Problem(Location(str(folder)), "this is no folder", "a folder, or a path where one can be made")
        return
    present: list[str] = []
    for name in names:
        inner = [folder / part for part in reversed(PurePosixPath(name).parents[:-1])]
        blocked = [path for path in inner if path.is_symlink() or (path.exists() and not path.is_dir())]
        if blocked:
            yield Problem(
                Location(str(blocked[0])),
                "a file or a symbolic link stands where a folder must be",
                "a plain folder, or nothing",
                "move it away, or choose another DIR",
            )
        elif (folder / name).is_symlink() or (folder / name).exists():
            present.append(name)
    if present:
        yield Problem(
            Location(str(folder)),
            f"these files exist already: {', '.join(present)}",
            "none of them: init overwrites nothing",
            "move them away, or choose another DIR",
        )
    yield from _other_deployments(folder, names)


def _other_deployments(folder: Path, names: Collection[str]) -> Iterator[Problem]:
    """Specs and output that `dashgen build --check` would judge together with ours."""
    specs = [path for path in _entries(folder / "specs") if path.suffix in (".yaml", ".yml")]
    output = [path / MANIFEST for path in _entries(folder / "out") if (path / MANIFEST).is_file()]
    for path in specs + output:
        if path.relative_to(folder).as_posix() not in names:
            yield Problem(
                Location(str(path)),
                "the repository has specs or output of its own already",
                "a repository without",
                "add another spec to specs/ and run `dashgen build`, or choose another DIR",
            )


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
