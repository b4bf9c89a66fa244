"""The kinds of example spec there are: the files of ``data/stacks/``.

Each begins with a comment that is YAML: ``title``, ``needs`` (exporters of the catalogue its sources name),
``routes`` its models may have, and ``engine`` where local models have another one than vLLM.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, NoReturn

from dashgen.errors import InputError, Location, Problem

if TYPE_CHECKING:
    from dashgen.scaffold.answers import Route

DEFAULT = "chat"
_SUFFIX = ".yaml.j2"


@dataclass(frozen=True, slots=True)
class Stack:
    """One kind of deployment; the template of its spec is ``stacks/<name>.yaml.j2``."""

    name: str
    title: str
    needs: tuple[str, ...]
    routes: tuple[Route, ...]
    engine: str | None = None

    @property
    def template(self) -> str:
        """Name of the template, as the loader of templates knows it."""
        return f"stacks/{self.name}{_SUFFIX}"


def files() -> tuple[str, ...]:
    """Names of the stacks there are templates for, whatever the catalogue knows; reads no file."""
    entries = resources.files("dashgen.scaffold").joinpath("data", "stacks").iterdir()
    return tuple(sorted(entry.name.removesuffix(_SUFFIX) for entry in entries if entry.name.endswith(_SUFFIX)))


def read(name: str) -> Stack:
    """One stack of ``files()``."""
    import yaml

    text = resources.files("dashgen.scaffold").joinpath("data", "stacks", name + _SUFFIX).read_text("utf-8")
    match = re.match(r"\{#\n(.*?)\n#\}", text, re.DOTALL)
    assert match, f"stacks/{name}{_SUFFIX} does not begin with its description"
    head = yaml.safe_load(match[1])
    return Stack(name, head["title"], tuple(head["needs"]), tuple(head["routes"]), head.get("engine"))


def available() -> dict[str, Stack]:
    """Stack by name: those whose exporters are all in the catalogue."""
    from dashgen.catalogue.loader import exporters

    known = set(exporters())
    return {stack.name: stack for stack in map(read, files()) if known.issuperset(stack.needs)}


def find(name: str) -> Stack:
    """The stack of that name.

    Raises:
        InputError: when there is none, or its exporters are not in the catalogue.
    """
    stacks = available()
    if name not in stacks:
        _unknown(name, tuple(stacks))
    return stacks[name]


def _unknown(name: str, known: tuple[str, ...]) -> NoReturn:
    from dashgen.spec.words import closest, quote

    meant = closest(name, known)
    action = f"write `{meant}`" if meant else "use one of these"
    problem = Problem(Location("--stack"), f"unknown stack {quote(name)}", f"one of {', '.join(known)}", action)
    raise InputError([problem])
