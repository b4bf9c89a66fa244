"""A folder of spec files written inline, and the problems loading them reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.errors import InputError, Problem
from dashgen.spec.load import load_specs
from dashgen.spec.spec import Spec

SMALLEST = """\
name: chat
models:
  - {name: gpt-4o, route: cloud, prices: {input: 2.5, output: 10}}
sources:
  - {kind: vllm, selector: {job: vllm}}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: str | bytes, name: str = "chat.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


@pytest.fixture
def problems(write: Write) -> Callable[..., list[Problem]]:
    """Problems of one file."""

    def _problems(content: str | bytes) -> list[Problem]:
        path = write(content)
        try:
            load_specs([path])
        except InputError as error:
            return list(error.problems)
        return []

    return _problems


@pytest.fixture
def spec(write: Write) -> Callable[[str], Spec]:
    """The valid spec a text holds."""
    return lambda content: load_specs([write(content)])[0].spec


def places(found: list[Problem]) -> list[tuple[int, int]]:
    return [(problem.where.line, problem.where.column) for problem in found]


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """A text without its ``@@``, and the line and column where that stood."""
    before, _, after = text.partition("@@")
    return before + after, (before.count("\n") + 1, len(before) - before.rfind("\n"))
