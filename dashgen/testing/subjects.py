"""Spec files -> subjects: each spec with what it compiles to, its own additions included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from dashgen.assemble import assemble
from dashgen.spec.load import LoadedSpec, find_specs, load_specs
from dashgen.testing.subject import Subject

FOLDER = "_specs"
"""Folder in ``rules/`` with specs that are only there for scenarios."""


def subjects(paths: Sequence[Path], *, extensions: bool = True) -> tuple[Subject, ...]:
    """Every spec of the files and folders (``specs/`` when none is named), compiled.

    ``extensions`` False runs no ``extend`` function.

    Raises:
        InputError: for a spec or an extension that cannot be used.
    """
    return tuple(_subject(loaded, extensions=extensions) for loaded in load_specs(find_specs(paths)))


def auxiliary(
    rules: Iterable[Path], patterns: Iterable[str], taken: Collection[str], *, extensions: bool = True
) -> tuple[Subject, ...]:
    """Specs in ``rules/_specs/`` that a scenario names: what has to be proven and none of the specs has.

    Each is in a file of its own name; a spec of the same name that is ``taken`` wins.
    """
    found = {
        path.stem: path
        for folder in rules
        for path in sorted((folder / FOLDER).glob("*.yaml"))
        if path.stem not in taken and any(fnmatchcase(path.stem, pattern) for pattern in patterns)
    }
    loaded = load_specs(tuple(found.values()))
    return tuple(replace(_subject(each, extensions=extensions), auxiliary=True) for each in loaded)


def _subject(loaded: LoadedSpec, *, extensions: bool) -> Subject:
    bundle = assemble(loaded.spec)
    if loaded.spec.extend is not None:
        from dashgen.extension import extend

        bundle = extend(bundle, loaded, enabled=extensions).bundle
    return Subject(loaded.spec, bundle)
