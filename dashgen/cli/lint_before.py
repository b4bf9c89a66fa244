"""``--diff-base``: the files as they were at a git revision."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.cli.lint_files import SUFFIXES
from dashgen.errors import InputError, Location, Problem
from dashgen.lint.project import File

if TYPE_CHECKING:
    from dashgen.cli.git import Repository
    from dashgen.lint.project import Project


def before(projects: Sequence[Project], revision: str, folders: Sequence[Path]) -> dict[int, list[File]]:
    """Number of a project -> its files at the revision, with those of the folders that are gone since.

    Raises:
        InputError: outside of a repository, and for a revision there is not.
        MachineError: when git is missing, or its repository is broken.
    """
    from dashgen.cli.git import repository

    place = repository(Path())
    if place is None:
        raise _error("this is not a git repository", "files in one", "leave it out, or run it inside the repository")
    place = type(place)(place.top, "")
    commit = place.commit(revision)
    if commit is None:
        action = "check the name; a shallow clone lacks other branches: git fetch origin, then origin/main"
        raise _error(f"{revision!r} is no revision of this repository", "a commit, a branch or a tag", action)
    objects = place.files(commit) or {}
    wanted = [dict(_then(place, project, objects, folders)) for project in projects]
    contents = place.contents({objects[path] for paths in wanted for path in paths})
    return {
        number: [File(name, contents[objects[path]], named=False) for path, name in paths.items()]
        for number, paths in enumerate(wanted)
    }


def _then(
    place: Repository, project: Project, objects: dict[str, str], folders: Sequence[Path]
) -> Iterator[tuple[str, str]]:
    """Path in the repository -> name, of what belonged to a project."""
    for file in project.files:
        path = _inside(place, Path(file.name))
        if path in objects:
            yield path, file.name
    parents = {Path(file.name).parent for file in project.files} if project.name else folders
    for folder in parents:
        inside = _inside(place, folder)
        if inside is None:
            continue
        start = "" if inside == "." else f"{inside}/"
        for path in objects:
            if path.startswith(start) and path.endswith(SUFFIXES) and not (place.top / path).exists():
                rest = path[len(start) :]
                if not any(part.startswith(".") for part in rest.split("/")):
                    yield path, (folder / rest).as_posix()


def _inside(place: Repository, path: Path) -> str | None:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is a file of its own to git
    for candidate in (absolute, absolute.parent.resolve() / absolute.name):
        if candidate.is_relative_to(place.top):
            return candidate.relative_to(place.top).as_posix()
    return None


def _error(found: str, expected: str, action: str) -> InputError:
    return InputError([Problem(Location("--diff-base"), found, expected, action)])
