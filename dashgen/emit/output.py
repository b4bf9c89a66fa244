"""What a build would change in the output folder, and whether it may.

dashgen owns what its manifest lists. A file it did not write is never overwritten without ``force``;
symbolic links below the output folder are never followed. Writing itself is in ``publish``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from dashgen.emit.drift import Drift, changed_drift
from dashgen.emit.machine import machine_errors
from dashgen.emit.manifest import MANIFEST, Manifest, digest, is_inside, read_manifest
from dashgen.emit.packed import Packed
from dashgen.errors import DashgenError, InputError, Location, OutputError, Problem

TEMPORARY = re.compile(r"\.dashgen-tmp-(.+)-([0-9]+)")
"""Folder of a build that is writing, or was killed: name of the output, process id."""
State = Literal["added", "changed", "unchanged", "edited", "foreign", "obstructed"]
# A foreign file gets here with ``force`` only.
_WRITTEN: Collection[State] = ("added", "changed", "edited", "foreign")


@dataclass(frozen=True, slots=True)
class Output:
    """Everything one spec produces: file names relative to ``out/<name>/`` and their text."""

    name: str
    spec_file: str
    files: Mapping[str, str]

    def contents(self) -> dict[str, bytes]:
        """File name -> bytes, sorted by name."""
        return {name: self.files[name].encode("utf-8") for name in sorted(self.files)}


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to happen to one output folder. ``output`` and ``manifest`` are None when the whole output goes."""

    name: str
    folder: Path
    states: Mapping[str, State]
    output: Packed | None
    removed: tuple[str, ...]
    removed_edited: tuple[str, ...]
    old: Manifest | None
    manifest: Manifest | None

    def content(self, name: str) -> bytes:
        """What a file will hold."""
        assert self.output is not None
        return self.output.content(name)

    def of(self, *states: State) -> list[str]:
        """Names of the files in one of these states."""
        return [name for name, state in self.states.items() if state in states]

    @property
    def written(self) -> list[str]:
        """Files that will be replaced or created."""
        return self.of(*_WRITTEN)

    @property
    def edited(self) -> list[str]:
        """Files of ours somebody changed by hand."""
        return [*self.of("edited"), *self.removed_edited]

    @property
    def needed(self) -> bool:
        """Whether anything has to be touched at all."""
        return bool(self.written or self.removed or self.old != self.manifest)

    @property
    def taken_from(self) -> str | None:
        """The spec file this folder was made from until now, when it is another one."""
        if self.old is None or self.manifest is None or self.old.spec == self.manifest.spec:
            return None
        return self.old.spec


def plan(
    out: Path, outputs: Sequence[Output | Packed], *, force: bool = False, all_specs: bool = False
) -> list[Changes]:
    """Changes of every output, and with ``all_specs`` the removal of outputs whose spec is gone.

    Raises:
        InputError: listing every file in the way that dashgen did not write.
        MachineError: when the folder cannot be read.
    """
    with machine_errors(f"cannot read {out}"):
        unfinished = _unfinished(out)
        changes = [_changes(out, output, force=force, finished=output.name not in unfinished) for output in outputs]
        if all_specs:
            changes += [_vanished(folder) for folder in _vanished_folders(out, outputs)]
    problems = [problem for change in changes for problem in _obstacles(change, force=force)]
    if problems:
        raise InputError(problems)
    return changes


def check(out: Path, outputs: Sequence[Output | Packed], *, all_specs: bool = False) -> list[Drift]:
    """How the output folder differs from what a build would leave there; writes nothing.

    Raises:
        MachineError: when the folder cannot be read.
    """
    with machine_errors(f"cannot read {out}"):
        found = [drift for output in outputs for drift in _drift(_changes(out, output, force=False))]
        if all_specs:
            gone = (_vanished(folder) for folder in _vanished_folders(out, outputs))
            found += [drift for change in gone for drift in _drift(change)]
    return found


def is_current(out: Path, output: Packed) -> bool:
    """Whether the output folder holds exactly these files and their manifest, byte for byte."""
    try:
        change = _changes(out, output, force=False)
    except (DashgenError, OSError):
        return False
    return not change.needed and all(state == "unchanged" for state in change.states.values())


def _unfinished(out: Path) -> set[str]:
    """Outputs a build was killed over: what is there then is ours, though the manifest may not say so."""
    found = (TEMPORARY.fullmatch(path.name) for path in (out.iterdir() if out.is_dir() else ()))
    return {match[1] for match in found if match}


def _changes(out: Path, output: Output | Packed, *, force: bool, finished: bool = True) -> Changes:
    output = output if isinstance(output, Packed) else Packed.of(output)
    outside = [name for name in output.digests if not is_inside(name)]
    if outside:
        raise OutputError([f"a target writes outside its folder: {name!r}" for name in outside])
    folder, manifest = out / output.name, output.manifest
    if output.current:
        states: dict[str, State] = dict.fromkeys(output.digests, "unchanged")
        return Changes(output.name, folder, states, output, (), (), manifest, manifest)
    old = None if _blocked(out, output.name) else read_manifest(folder, force=force)
    owned = old.files if old else {}
    states = _states(folder, output, owned)
    if not finished:
        states = {name: "changed" if state == "edited" else state for name, state in states.items()}
    stale = [name for name in sorted(owned) if name not in output.digests]
    return _with_removals(Changes(output.name, folder, states, output, (), (), old, manifest), stale)


def _vanished(folder: Path) -> Changes:
    old = read_manifest(folder)
    empty = Changes(folder.name, folder, {}, None, (), (), old, None)
    return _with_removals(empty, sorted(old.files) if old else [])


def _vanished_folders(out: Path, outputs: Iterable[Output | Packed]) -> Iterator[Path]:
    if not out.is_dir():
        return
    current = {output.name for output in outputs}
    for folder in sorted(out.iterdir()):
        known = folder.name in current or folder.name.startswith(".")
        if not known and not folder.is_symlink() and (folder / MANIFEST).is_file():
            yield folder


def _with_removals(change: Changes, stale: Iterable[str]) -> Changes:
    folder, owned = change.folder, change.old.files if change.old else {}
    # What a link or a folder took the place of is not the file we wrote, so it stays.
    present = [name for name in stale if not _blocked(folder, name) and (folder / name).is_file()]
    edited = tuple(name for name in present if digest((folder / name).read_bytes()) != owned[name])
    return replace(change, removed=tuple(present), removed_edited=edited)


def _blocked(root: Path, name: str) -> bool:
    """Whether a component below ``root`` is a symbolic link, or a file where a folder must be."""
    last = root / name
    return last.is_symlink() or _no_folder(root, str(PurePosixPath(name).parent))


def _no_folder(root: Path, name: str) -> bool:
    """Whether a component of the folder ``name`` below ``root`` is there and no plain folder."""
    path = PurePosixPath(name)
    components = [root / part for part in (*reversed(path.parents[:-1]), path) if part.parts]
    return any(each.is_symlink() or (each.exists() and not each.is_dir()) for each in components)


def _states(folder: Path, output: Packed, owned: Mapping[str, str]) -> dict[str, State]:
    @cache
    def no_folder(name: str) -> bool:
        return _no_folder(folder.parent, name)

    states: dict[str, State] = {}
    for name, wanted in output.digests.items():
        obstructed = no_folder(str(PurePosixPath(output.name, name).parent))
        states[name] = "obstructed" if obstructed else _state(folder / name, wanted, owned.get(name))
    return states


def _state(path: Path, wanted: str, owned: str | None) -> State:
    """State of a file that should have the digest ``wanted``; ``owned`` is the digest we left there last."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return "added"
    if stat.S_ISLNK(mode):
        return "foreign" if owned is None else "edited"
    if not stat.S_ISREG(mode):
        return "obstructed"
    present = digest(path.read_bytes())
    if present == wanted:
        return "unchanged"
    if owned is None:
        return "foreign"
    return "changed" if present == owned else "edited"


def _obstacles(change: Changes, *, force: bool) -> Iterator[Problem]:
    for name in change.of("obstructed"):
        where = Location(str(change.folder / name))
        found = "a symbolic link, a folder or another kind of file is in the way"
        yield Problem(where, found, "a path of plain folders and files", "move it away, or choose another --out")
    for name in [] if force else change.of("foreign"):
        where = Location(str(change.folder / name))
        found = "this file was not written by dashgen, and building would overwrite it"
        yield Problem(where, found, "no file, or one in the manifest", "move it away, or overwrite it with --force")


def _drift(change: Changes) -> Iterator[Drift]:
    for name, state in change.states.items():
        path = change.folder / name
        if state == "added":
            yield Drift("missing", path)
        elif state != "unchanged":
            yield changed_drift(path, change.content(name))
    yield from (Drift("extra", change.folder / name) for name in change.removed)
    path = change.folder / MANIFEST
    if change.manifest is None:
        yield Drift("extra", path)
    elif change.old is None:
        yield Drift("missing", path)
    elif change.old != change.manifest:
        yield changed_drift(path, change.manifest.encode())
