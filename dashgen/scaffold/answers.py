"""What a user says about the repository to be made, and what is assumed where nothing was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dashgen.errors import InputError, Location, Problem
from dashgen.scaffold.stacks import Stack

Route = Literal["cloud", "local"]
ROUTES: tuple[Route, ...] = ("cloud", "local")
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Served:
    """A model by the name users call it, and where requests for it go."""

    name: str
    route: Route


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything the templates read. None and empty mean: what the spec assumes when it is left out."""

    name: str
    stack: Stack
    models: tuple[Served, ...]
    requirement: str
    team: str | None = None
    prometheus_version: str | None = None
    scrape_interval: str | None = None
    grafana_url: str | None = None
    targets: tuple[str, ...] = ()
    ci: str = "github"

    def flags(self) -> Iterator[tuple[str, str]]:
        """(flag, text) of everything the user may have written."""
        yield "--name", self.name
        yield from (("--model", model.name) for model in self.models)
        yield from (("--target", target) for target in self.targets)
        yield "--requirement", self.requirement
        optional = {
            "--team": self.team,
            "--prometheus-version": self.prometheus_version,
            "--scrape-interval": self.scrape_interval,
            "--grafana-url": self.grafana_url,
        }
        yield from ((flag, text) for flag, text in optional.items() if text is not None)


def name_of_folder(folder: Path) -> str:
    """The folder's name as a spec may be called; empty when nothing of it is left."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower())
    return name[:LONGEST_NAME].strip("-")


def read_models(texts: Sequence[str], stack: Stack) -> tuple[Served, ...]:
    """``NAME=cloud``, ``NAME=local`` or, where the stack knows one route only, ``NAME``.

    Raises:
        InputError: with every text that names no route, or one the stack has no place for; and without any text.
    """
    if not texts:
        example = f"gpt-4o={stack.routes[0]}"
        problem = Problem(
            Location("--model"),
            "no model is named",
            "at least one: NAME=cloud (a provider serves it) or NAME=local (our own GPUs do)",
            f"add for example `--model {example}`",
        )
        raise InputError([problem])
    models: list[Served] = []
    problems: list[Problem] = []
    for text in texts:
        served = _model(text, stack)
        if isinstance(served, Problem):
            problems.append(served)
        else:
            models.append(served)
    if problems:
        raise InputError(problems)
    return tuple(models)


def _model(text: str, stack: Stack) -> Served | Problem:
    from dashgen.spec.words import closest, quote

    name, equals, word = text.rpartition("=")
    route = next((route for route in ROUTES if equals and route == word), None)
    meant = closest(word, ROUTES) if equals and route is None else None
    where = Location("--model")
    if meant is not None:
        action = f"write `{meant}`, or say both: NAME=cloud"
        return Problem(where, f"{quote(text)} has no route {quote(word)}", "NAME=cloud or NAME=local", action)
    if route is None and len(stack.routes) > 1:
        return Problem(
            where,
            f"{quote(text)} does not say where the model is served",
            "NAME=cloud (a provider serves it) or NAME=local (our own GPUs do)",
            "add `=cloud` or `=local`",
        )
    if route is not None and route not in stack.routes:
        return Problem(
            where,
            f"{quote(name)} is {route}, and the stack {stack.name} has no place for it",
            f"{stack.routes[0]} models, for {stack.title}",
            "leave the model out, or choose another --stack",
        )
    return Served(name, route) if route is not None else Served(text, stack.routes[0])
