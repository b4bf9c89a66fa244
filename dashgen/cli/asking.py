"""What ``dashgen init`` was told, what it asks for in a terminal, and what it assumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from dashgen.errors import InputError, Location, Problem
from dashgen.scaffold.answers import Answers, Served, name_of_folder, read_models
from dashgen.scaffold.stacks import DEFAULT, Stack, available, find


@dataclass(frozen=True, slots=True)
class Given:
    """The flags as written; None and empty where there was none."""

    directory: Path
    name: str | None = None
    stack: str | None = None
    models: tuple[str, ...] = ()
    team: str | None = None
    prometheus_version: str | None = None
    scrape_interval: str | None = None
    grafana_url: str | None = None
    targets: tuple[str, ...] = ()
    ci: str | None = None
    requirement: str | None = None


def complete(given: Given) -> Answers:
    """Fills in what may be assumed.

    Raises:
        InputError: naming the flag of each answer that would be a guess.
    """
    from dashgen.scaffold.requirement import default_requirement

    stack = find(DEFAULT if given.stack is None else given.stack)
    name = name_of_folder(given.directory) if given.name is None else given.name
    problems: list[Problem] = []
    if given.name is None and not name:
        problems.append(
            Problem(
                Location("--name"),
                f"the folder's name, {given.directory.resolve().name!r}, is no name for a service",
                "small letters, digits and hyphens",
                "add for example `--name chat`",
            )
        )
    models: tuple[Served, ...] = ()
    try:
        models = read_models(given.models, stack)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return Answers(
        name=name,
        stack=stack,
        models=models,
        requirement=default_requirement() if given.requirement is None else given.requirement,
        team=given.team,
        prometheus_version=given.prometheus_version,
        scrape_interval=given.scrape_interval,
        grafana_url=given.grafana_url,
        targets=given.targets,
        ci=given.ci or "github",
    )


def ask(given: Given) -> Given:
    """Asks for what no flag says; an answer a spec cannot hold is explained and asked for again.

    Raises:
        InputError: for a flag that a spec cannot hold, before anything is asked.
        typer.Abort: when the user ends the conversation.
    """
    _try_flags(given)
    if given.name is None:
        default = name_of_folder(given.directory) or "chat"
        given = replace(given, name=_text("Name of the service", default, lambda text: _try(name=text)))
    if given.stack is None:
        for stack in available().values():
            typer.echo(f"  {stack.name}: {stack.title}", err=True)
        given = replace(given, stack=_text("Stack", DEFAULT, find))
    if not given.models:
        given = replace(given, models=_models(find(given.stack or DEFAULT)))
    if given.team is None:
        given = replace(given, team=_optional("Team, a label of every alert", lambda text: _try(team=text)))
    if given.prometheus_version is None:
        version = _text("Version of Prometheus", _default("version"), lambda text: _try(prometheus_version=text))
        given = replace(given, prometheus_version=version)
    if given.scrape_interval is None:
        interval = _text("Scrape interval", _default("scrape_interval"), lambda text: _try(scrape_interval=text))
        given = replace(given, scrape_interval=interval)
    if given.grafana_url is None:
        given = replace(given, grafana_url=_optional("Address of Grafana", lambda text: _try(grafana_url=text)))
    if given.ci is None:
        given = replace(given, ci=_text("CI: github, gitlab or none", "github", _ci))
    return given


def _try_flags(given: Given) -> None:
    keys = ("name", "team", "prometheus_version", "scrape_interval", "grafana_url", "requirement")
    said = {key: text for key in keys if (text := getattr(given, key)) is not None}
    if given.stack is not None:
        stack = find(given.stack)
        said |= {"stack": stack, "models": read_models(given.models, stack)} if given.models else {}
    _try(**said, targets=given.targets)


def _models(stack: Stack) -> tuple[str, ...]:
    """Models as the flag writes them, at least one."""
    models: list[str] = []

    def fits(text: str) -> None:
        _try(stack=stack, models=read_models([*models, text], stack))

    while True:
        if not models:
            name = _text("A model, as users call it", None, lambda text: _try(models=(Served(text, "cloud"),)))
        else:
            name = typer.prompt("Another model (empty when there is none)", default="", show_default=False, err=True)
        if not name:
            return tuple(models)
        route: str = stack.routes[0]
        if len(stack.routes) > 1 and not name.endswith(("=cloud", "=local")):
            route = _text(f"Who serves {name}: cloud (a provider) or local (our own GPUs)", "cloud", _route)
        text = name if name.endswith(("=cloud", "=local")) else f"{name}={route}"
        if _accepted(text, fits):
            models.append(text)


def _text(question: str, default: str | None, judge: Callable[[str], object]) -> str:
    while True:
        text: str = typer.prompt(question, default=default, err=True)
        if _accepted(text, judge):
            return text


def _optional(question: str, judge: Callable[[str], object]) -> str | None:
    while True:
        text: str = typer.prompt(f"{question} (empty for none)", default="", show_default=False, err=True)
        if not text:
            return None
        if _accepted(text, judge):
            return text


def _accepted(text: str, judge: Callable[[str], object]) -> bool:
    """Whether the answer is fit; else says what is wrong with it."""
    from dashgen.cli.console import visible

    try:
        judge(text)
    except InputError as error:
        for problem in error.problems:
            for line in str(problem).splitlines():
                typer.echo(visible(line), err=True)
        return False
    return True


def _try(**answers: object) -> None:
    """Nothing when a spec takes these answers, whatever the others are.

    Raises:
        InputError: when it does not.
    """
    from dashgen.scaffold.check import check

    stack = find("cloud-only")
    sample = Answers(name="chat", stack=stack, models=(Served("model", "cloud"),), requirement="dashgen")
    check(replace(sample, **answers))  # type: ignore[arg-type]


def _one_of(flag: str, words: tuple[str, ...], text: str) -> None:
    if text not in words:
        raise InputError([Problem(Location(flag), f"{text!r} is unknown", f"one of {', '.join(words)}")])


def _ci(text: str) -> None:
    _one_of("--ci", ("github", "gitlab", "none"), text)


def _route(text: str) -> None:
    _one_of("--model", ("cloud", "local"), text)


def _default(key: str) -> str:
    """What the spec assumes of Prometheus, as text."""
    from dashgen.spec.spec import Prometheus

    return str(Prometheus().model_dump()[key])
