"""Scenarios and subjects for tests of what is done with them."""

from __future__ import annotations

from pathlib import Path

from dashgen.assemble import assemble
from dashgen.testing.prepare import Prepared, prepare
from dashgen.testing.scenario.load import LoadedCase, load_scenarios
from dashgen.testing.subject import Subject
from tests.alerts.deployments import spec


def cases(folder: Path, text: str, name: str = "case.yaml") -> tuple[LoadedCase, ...]:
    """The cases of a scenario file with this text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_scenarios([path])


def subject(name: str = "chat", **fields) -> Subject:
    """A small spec and what it compiles to."""
    found = spec(**{**fields, "name": name})
    return Subject(found, assemble(found))


def prepared(folder: Path, text: str, *subjects: Subject) -> list[Prepared]:
    """Every case of the text on every subject."""
    meant = subjects or (subject(),)
    return [prepare(case, each) for case in cases(folder, text) for each in meant]
