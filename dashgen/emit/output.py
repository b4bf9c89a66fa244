"""What a build would change in the output folder, and whether it may.

dashgen owns what its manifest lists. A file it did not write is never overwritten without ``force``;
symbolic links below the output folder are never followed. Writing itself is in ``publish``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from dashgen.emit.drift import Drift, changed_drift
from dashgen.emit.machine import machine_errors
from dashgen.emit.manifest import MANIFEST, Manifest, digest, is_inside, read_manifest
from dashgen.errors import InputError, Location, OutputError, Problem

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
    """What has to happen to one output folder. ``manifest`` is None when the whole output goes."""

    name: str
    folder: Path
    states: Mapping[str, State]
    contents: Mapping[str, bytes]
    removed: tuple[str, ...]
    removed_edited: tuple[str, ...]
    old: Manifest | None
    manifest: Manifest | None

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


def plan(out: Path, outputs: Sequence[Output], *, force: bool = False, all_specs: bool = False) -> list[Changes]:
    """Changes of every output, and with ``all_specs`` the removal of outputs whose spec is gone.

    Raises:
        InputError: listing every file in the way that dashgen did not write.
        MachineError: when the folder cannot be read.
    """
    with machine_errors(f"cannot read {out}"):
        changes = [_changes(out, output, force=force) for output in outputs]
        if all_specs:
            changes += [_vanished(folder) for folder in _vanished_folders(out, outputs)]
    problems = [problem for change in changes for problem in _obstacles(change, force=force)]
    if problems:
        raise InputError(problems)
    return changes


def check(out: Path, outputs: Sequence[Output], *, all_specs: bool = False) -> list[Drift]:
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


def _changes(out: Path, output: Output, *, force: bool) -> Changes:
    outside = [name for name in output.files if not is_inside(name)]
    if outside:
        raise OutputError([f"a target writes outside its folder: {name!r}" for name in outside])
    folder = out / output.name
    old = None if _blocked(out, output.name) else read_manifest(folder, force=force)
    contents = output.contents()
    owned = old.files if old else {}
    states = {name: _state(out, output.name, name, data, owned) for name, data in contents.items()}
    stale = [name for name in sorted(owned) if name not in contents]
    return _with_removals(
        Changes(
            name=output.name,
            folder=folder,
            states=states,
            contents=contents,
            removed=(),
            removed_edited=(),
            old=old,
            manifest=Manifest.of(output.spec_file, contents),
        ),
        stale,
    )


def _vanished(folder: Path) -> Changes:
    old = read_manifest(folder)
    empty = Changes(folder.name, folder, {}, {}, (), (), old, None)
    return _with_removals(empty, sorted(old.files) if old else [])


def _vanished_folders(out: Path, outputs: Iterable[Output]) -> Iterator[Path]:
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
    components = [root / part for part in reversed(PurePosixPath(name).parents[:-1])] + [last]
    return any(path.is_symlink() or (path != last and path.exists() and not path.is_dir()) for path in components)


def _state(out: Path, folder: str, name: str, data: bytes, owned: Mapping[str, str]) -> State:
    path = out / folder / name
    if path.is_symlink() and not _blocked(out, str(PurePosixPath(folder, name).parent)):
        return "edited" if name in owned else "foreign"
    if _blocked(out, f"{folder}/{name}") or path.is_dir() or (out / folder).is_file():
        return "obstructed"
    if not path.exists():
        return "added"
    present = path.read_bytes()
    if present == data:
        return "unchanged"
    if name not in owned:
        return "foreign"
    return "changed" if digest(present) == owned[name] else "edited"


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
            yield changed_drift(path, change.contents[name])
    yield from (Drift("extra", change.folder / name) for name in change.removed)
    if change.manifest is None:
        return
    path = change.folder / MANIFEST
    if change.old is None:
        yield Drift("missing", path)
    elif change.old != change.manifest:
        yield changed_drift(path, change.manifest.encode())
