"""The targets there are: the files of ``emit/targets``; none is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from dashgen.errors import InputError, Location, OutputError, Problem
from dashgen.model import Bundle
from dashgen.spec import Spec
from dashgen.spec.checks.known import targets as target_names

Render = Callable[[Bundle, Spec], dict[str, str]]
RenderLast = Callable[[Bundle, Spec, Mapping[str, str]], dict[str, str]]
RenderWithRules = Callable[[Bundle, Spec, Path | None], dict[str, str]]


def render(
    name: str, bundle: Bundle, spec: Spec, written: Mapping[str, str] | None = None, rules: Path | None = None
) -> dict[str, str]:
    """Relative file name -> text of one target; ``written`` is what targets before it made.

    ``rules`` is the ``rules/`` folder of whoever owns the spec; it need not exist.

    Raises:
        InputError: for a target that does not exist, or a file in ``rules`` that it cannot use.
    """
    module = _module(name, spec)
    if _is_last(module):
        return cast(RenderLast, module.render_last)(bundle, spec, written or {})
    if hasattr(module, "render_with_rules"):
        return cast(RenderWithRules, module.render_with_rules)(bundle, spec, rules)
    return cast(Render, module.render)(bundle, spec)


def render_all(bundle: Bundle, spec: Spec, rules: Path | None = None) -> dict[str, str]:
    """Every file of every target of the spec; targets that list what others write come last.

    Raises:
        InputError: for a target that does not exist, or a file in ``rules`` that one cannot use.
        OutputError: when two targets write one file.
    """
    produced: dict[str, str] = {}
    for name in sorted(dict.fromkeys(spec.targets), key=lambda name: _is_last(_module(name, spec))):
        rendered = render(name, bundle, spec, produced, rules)
        if clash := sorted(produced.keys() & rendered.keys()):
            raise OutputError([f"target {name} writes a file another target writes: {', '.join(clash)}"])
        produced |= rendered
    return produced


def _module(name: str, spec: Spec) -> ModuleType:
    if name not in target_names():
        known = ", ".join(target_names())
        raise InputError([Problem(Location(spec.name), f"unknown target {name!r}", f"one of {known}")])
    return import_module(f"dashgen.emit.targets.{name.replace('-', '_')}")


def _is_last(module: ModuleType) -> bool:
    return hasattr(module, "render_last")
