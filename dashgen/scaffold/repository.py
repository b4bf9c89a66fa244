"""Answers -> every file of the new repository, in memory, its output built."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.scaffold.answers import Answers


def repository(folder: Path, answers: Answers, commands: Collection[str]) -> dict[str, bytes]:
    """Relative file name -> content, sorted by name; ``commands`` are those dashgen has.

    Nothing is written; ``folder`` is where a build would look for ``rules/`` that are there already.

    Raises:
        InputError: with every answer that a spec cannot hold.
        OutputError: when what is built would not work.
    """
    from dashgen.scaffold.check import check

    spec = check(answers)
    from dashgen.batch.one import build_one
    from dashgen.emit.manifest import MANIFEST, Manifest
    from dashgen.scaffold.render import repository_texts, spec_text
    from dashgen.spec.load import LoadedSpec

    name = f"specs/{spec.name}.yaml"
    texts = repository_texts(answers, commands) | {name: spec_text(answers)}
    try:
        output = build_one(LoadedSpec(folder / name, spec)).output
    except InputError as error:
        raise InputError([_at_flag(problem, spec.name) for problem in error.problems]) from None
    built = output.contents()
    built[MANIFEST] = Manifest.of(output.spec_file, built).encode()
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files |= {f"out/{spec.name}/{name}": content for name, content in built.items()}
    return dict(sorted(files.items()))


def _at_flag(problem: Problem, spec_name: str) -> Problem:
    """What a spec that loads can still have wrong is its choice of targets; targets call the spec by its name."""
    return replace(problem, where=Location("--target")) if problem.where.file == spec_name else problem
