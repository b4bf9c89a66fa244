"""What a comparison is made with: the output folder of a git revision, or a folder on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.cli.git import Repository, repository
from dashgen.compare.changes import Code, Words
from dashgen.emit.machine import machine_errors
from dashgen.emit.manifest import MANIFEST, is_inside
from dashgen.errors import InputError, Location, MachineError, Problem

Read = Callable[[Collection[str]], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Before:
    """Outputs by spec name, the words for where they come from, and what the user should know about that.

    ``ours`` are the outputs with a manifest: when their spec is gone, so are they.
    """

    against: Words
    remarks: tuple[Words, ...]
    trees: Mapping[str, Mapping[str, bytes]]
    ours: frozenset[str]


def find(argument: str | None, out: Path, specs: Collection[str]) -> Before:
    """The side before, for ``dashgen diff ARGUMENT``.

    Raises:
        InputError: no such revision or folder, not a repository, output that is not committed.
        MachineError: git is missing, a folder cannot be read.
    """
    if argument is None:
        return _default(out, specs)
    folder = Path(argument)
    is_folder = bool(argument) and os.path.isdir(argument)  # noqa: PTH112 - False, not an error, for odd names
    if is_folder and _has_slash(argument):
        return _folder(folder, specs)
    place = _repository_or_none(out) if is_folder else repository(out)
    commit = place.commit(argument) if place is not None else None
    if place is not None and commit is not None:
        remarks: list[Words] = []
        if is_folder:
            both = (
                " is a revision and a folder: this is the revision; write ",
                Code(f"{argument}/"),
                " for the folder",
            )
            remarks.append((Code(argument), *both))
        return _revision(place, argument, commit, out, specs, tuple(remarks))
    if is_folder:
        return _folder(folder, specs)
    raise _refused(argument, folder, place)


def _default(out: Path, specs: Collection[str]) -> Before:
    try:
        place = repository(out)
        reason = "this is not a git repository"
    except MachineError:
        place, reason = None, "git cannot be used"
    if place is None:
        remark: Words = (f"{reason}: compared with the folder ", Code(str(out)), " as it is")
        if out.is_dir():
            return _folder(out, specs, (remark,))
        nothing: Words = (f"{reason}, and there is no folder ", Code(str(out)), ": everything is new")
        return Before(("compared with nothing",), (nothing,), {}, frozenset())
    commit = place.commit("HEAD")
    if commit is None and not place.tracked():
        raise _error("HEAD", "there is no commit yet", "a commit with the output", _commit_it(out))
    if commit is None:
        return Before(("compared with nothing",), (("there is no commit yet: everything is new",),), {}, frozenset())
    return _revision(place, "HEAD", commit, out, specs)


def _repository_or_none(out: Path) -> Repository | None:
    try:
        return repository(out)
    except (InputError, MachineError):
        return None


def _has_slash(argument: str) -> bool:
    return "/" in argument or os.sep in argument


def _revision(
    place: Repository,
    revision: str,
    commit: str,
    out: Path,
    specs: Collection[str],
    remarks: tuple[Words, ...] = (),
) -> Before:
    against: Words = ("compared with ", Code(str(out)), " at ", Code(revision), " (", Code(commit[:10]), ")")
    objects = place.files(commit)
    if objects is None:
        if not place.tracked():
            found = f"{revision} holds no {out}, and git does not track it now either"
            raise _error(str(out), found, "output that is committed", _commit_it(out))
        remark: Words = (Code(revision), " holds no ", Code(str(out)), ": everything is new")
        return Before(against, (*remarks, remark), {}, frozenset())

    def read(names: Collection[str]) -> Mapping[str, bytes]:
        contents = place.contents(objects[name] for name in names)
        return {name: contents[objects[name]] for name in names}

    trees, ours = _trees(objects, read, specs)
    return Before(against, remarks, trees, ours)


def _folder(folder: Path, specs: Collection[str], remarks: tuple[Words, ...] = ()) -> Before:
    with machine_errors(f"cannot read {folder}"):
        if (folder / MANIFEST).is_file():
            action = f"name the folder above it: dashgen diff {folder.parent}/"
            raise _error(str(folder), "the output of one spec", "a folder with one folder per spec", action)
        outputs = [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.is_symlink()]
        candidates = [each for each in outputs if (each / MANIFEST).is_file() or each.name in specs]
        names = [name for each in candidates for name in _below(folder, each)]

        def read(wanted: Collection[str]) -> Mapping[str, bytes]:
            return {name: (folder / name).read_bytes() for name in wanted}

        trees, ours = _trees(names, read, specs)
    if not trees and not remarks:
        expected = "a folder that dashgen build wrote, with one folder per spec"
        raise _error(str(folder), "holds no output of dashgen", expected, "name another folder, or a git revision")
    return Before(("compared with the folder ", Code(str(folder))), remarks, trees, ours)


def _below(root: Path, folder: Path) -> Iterable[str]:
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def _trees(
    names: Iterable[str], read: Read, specs: Collection[str]
) -> tuple[dict[str, dict[str, bytes]], frozenset[str]]:
    """Outputs by spec: the files their manifests list, or all files where a spec of today has no manifest there."""
    below: dict[str, list[str]] = {}
    for name in names:
        spec, _, rest = name.partition("/")
        if rest:
            below.setdefault(spec, []).append(rest)
    manifests = read([f"{spec}/{MANIFEST}" for spec, files in below.items() if MANIFEST in files])
    wanted: dict[str, list[str]] = {}
    for spec, files in below.items():
        listed = _listed(manifests.get(f"{spec}/{MANIFEST}"))
        if listed is not None:
            wanted[spec] = [file for file in files if file in listed]
        elif spec in specs:
            wanted[spec] = [file for file in files if file != MANIFEST]
    contents = read([f"{spec}/{file}" for spec, files in wanted.items() for file in files])
    trees = {spec: {file: contents[f"{spec}/{file}"] for file in files} for spec, files in wanted.items()}
    return trees, frozenset(spec for spec in trees if f"{spec}/{MANIFEST}" in manifests)


def _listed(manifest: bytes | None) -> frozenset[str] | None:
    """The files a manifest names; None when it is none, also because an old one is broken."""
    try:
        data = json.loads(manifest or b"")
        return frozenset(name for name in data["files"] if is_inside(name)) if data["generator"] == "dashgen" else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _refused(argument: str, folder: Path, place: Repository | None) -> InputError:
    where, expected = argument or '""', "a git revision, or a folder that holds output"
    if folder.suffix in (".yaml", ".yml") and os.path.isfile(argument):  # noqa: PTH113 - as above
        action = f"specs come second: dashgen diff HEAD {argument}"
        return _error(where, "a file, where the revision or folder to compare with stands", expected, action)
    if place is None:
        action = "run dashgen diff inside the repository, or name a folder"
        return _error(where, "no such folder, and this is not a git repository", expected, action)
    action = "check the name; a shallow clone lacks other branches: git fetch origin, then origin/main"
    return _error(where, "no such revision in this repository, and no such folder", expected, action)


def _commit_it(out: Path) -> str:
    return f"dashgen build, git add {out}, git commit; or compare with the folder as it is: dashgen diff ./{out}"


def _error(where: str, found: str, expected: str, action: str) -> InputError:
    return InputError([Problem(Location(where), found, expected, action)])
