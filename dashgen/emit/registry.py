"""The targets there are: the files of ``emit/targets``; none is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from dashgen.errors import InputError, Location, OutputError, Problem
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.spec.checks.known import targets as target_names

Render = Callable[[Bundle, Spec], dict[str, str]]


def render(name: str, bundle: Bundle, spec: Spec) -> dict[str, str]:
    """Relative file name -> text of one target.

    Raises:
        InputError: for a target that does not exist.
    """
    if name not in target_names():
        known = ", ".join(target_names())
        raise InputError([Problem(Location(spec.name), f"unknown target {name!r}", f"one of {known}")])
    module = import_module(f"dashgen.emit.targets.{name.replace('-', '_')}")
    return cast(Render, module.render)(bundle, spec)


def render_all(bundle: Bundle, spec: Spec) -> dict[str, str]:
    """Every file of every target of the spec.

    Raises:
        InputError: for a target that does not exist.
        OutputError: when two targets write one file.
    """
    produced: dict[str, str] = {}
    for name in dict.fromkeys(spec.targets):
        rendered = render(name, bundle, spec)
        if clash := sorted(produced.keys() & rendered.keys()):
            raise OutputError([f"target {name} writes a file another target writes: {', '.join(clash)}"])
        produced |= rendered
    return produced
