"""Scenario files written inline, and what loading them says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.errors import InputError, Problem
from dashgen.testing.scenario.load import LoadedCase, load_scenarios


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(content: str, name: str = "scenario.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return _write


@pytest.fixture
def problems(write: Callable[..., Path]) -> Callable[[str], list[Problem]]:
    """Problems of one file."""

    def _problems(content: str) -> list[Problem]:
        try:
            load_scenarios([write(content)])
        except InputError as error:
            return list(error.problems)
        return []

    return _problems


@pytest.fixture
def cases(write: Callable[..., Path]) -> Callable[[str], tuple[LoadedCase, ...]]:
    """Cases of one file that is right."""
    return lambda content: load_scenarios([write(content)])
