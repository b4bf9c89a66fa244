"""A spec that names an extension, in a folder of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from dashgen.assemble import assemble
from dashgen.errors import InputError
from dashgen.extension import Extended, extend
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.spec.load import load_specs

SPEC = """\
name: t
models:
  - {name: claude-sonnet-4-6, route: cloud, prices: {input: 3, output: 15}}
sources:
  - {kind: app, selector: {job: chat-api}}
extend: %s
"""
LINE = 6
"""Where `extend` is in that spec; its value begins in column 9."""

HEAD = """\
from dataclasses import replace
from datetime import timedelta
from dashgen.extend import *
from dashgen.model import Dashboard, RuleGroup

def panel(key="mine", expr="up", **fields):
    fields = {"title": "Mine", "description": "What it shows.", "queries": (Query("q", expr),)} | fields
    return Panel(key=key, **fields)

def row(*panels, key="ours"):
    return Row(key, "Ours", panels)

def my_ticket(spec, name="Mine", expr="up == 0", at=PanelRef("service-health", "ttft-client"), **fields):
    made = ticket(spec, name, expr, summary="s", description="d", panel=at)
    return replace(made, **fields)

def board(bundle, edit, number=0):
    boards = list(bundle.dashboards)
    boards[number] = edit(boards[number])
    return replace(bundle, dashboards=tuple(boards))

"""


@cache
def plain() -> Bundle:
    """The bundle of that spec without an extension."""
    import yaml

    return assemble(Spec.model_validate(yaml.safe_load(SPEC % '"-"') | {"extend": None}))


def extended(folder: Path, code: str, value: str = "./panels.py:fn", *, enabled: bool = True) -> Extended:
    """The bundle with what ``code`` adds; helpers like ``panel()`` are defined above it."""
    (folder / "panels.py").write_text(HEAD + dedent(code), encoding="utf-8")
    spec = folder / "t.yaml"
    spec.write_text(SPEC % value, encoding="utf-8")
    return extend(plain(), load_specs([spec])[0], enabled=enabled)


def body(statement: str) -> str:
    """A function ``fn`` of one statement."""
    return f"def fn(bundle, spec):\n    {statement}\n"


def refused(folder: Path, code: str, value: str = "./panels.py:fn") -> list[str]:
    """The problems an extension is refused with, each at the `extend` line and with all three parts."""
    with pytest.raises(InputError) as caught:
        extended(folder, code, value)
    for problem in caught.value.problems:
        assert problem.where.file == str(folder / "t.yaml")
        assert (problem.where.line, problem.where.column) == (LINE, 9)
        assert problem.expected
    return [str(problem) for problem in caught.value.problems]
