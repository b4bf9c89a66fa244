"""``dashgen init``: a GitOps repository with one spec, its output and its CI."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.scaffold.stacks import files as stack_names

if TYPE_CHECKING:
    from dashgen.scaffold.answers import Answers


class Ci(StrEnum):
    """Where the check runs."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the repository; made when missing.")
    ] = Path(),
    *,
    name: Annotated[str | None, typer.Option(help="Name of the service. Default: the folder's name.")] = None,
    stack: Annotated[
        str | None, typer.Option(metavar="|".join(stack_names()), help="Kind of deployment. Default: chat.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(metavar="NAME[=cloud|local]", help="A model and who serves it; repeatable.")
    ] = None,
    team: Annotated[str | None, typer.Option(help="Label of every alert.")] = None,
    prometheus_version: Annotated[str | None, typer.Option(metavar="VERSION", help="Such as 3.5.")] = None,
    scrape_interval: Annotated[str | None, typer.Option(metavar="DURATION", help="Such as 15s.")] = None,
    grafana_url: Annotated[str | None, typer.Option(metavar="URL", help="Alerts link to their panel there.")] = None,
    target: Annotated[
        list[str] | None, typer.Option(metavar="TARGET", help="A format to write; repeatable. Default: the spec's.")
    ] = None,
    ci: Annotated[Ci | None, typer.Option(help="Where the check runs. Default: github.")] = None,
    requirement: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What pip installs dashgen from. Default: where this one is from."),
    ] = None,
) -> None:
    """Start a GitOps repository: a spec, its output, CI. Overwrites nothing.

    In a terminal it asks for what no flag says.
    """
    from dashgen.cli.app import COMMANDS
    from dashgen.cli.asking import Given, complete
    from dashgen.scaffold.repository import repository
    from dashgen.scaffold.write import refuse, write

    given = Given(
        directory=directory,
        name=name,
        stack=stack,
        models=tuple(model or ()),
        team=team,
        prometheus_version=prometheus_version,
        scrape_interval=scrape_interval,
        grafana_url=grafana_url,
        targets=tuple(target or ()),
        ci=ci.value if ci else None,
        requirement=requirement,
    )
    if sys.stdin is not None and sys.stdin.isatty():
        from dashgen.cli.asking import ask
        from dashgen.scaffold.render import file_names

        refuse(directory, file_names(given.ci or "none"))
        given = ask(given)
    answers = complete(given)
    files = repository(directory, answers, COMMANDS)
    write(directory, files)
    _report(directory, answers, len(files))


def _report(directory: Path, answers: Answers, count: int) -> None:
    """What is there now, and the next three commands."""
    import shlex

    from dashgen.cli.console import Output
    from dashgen.scaffold.requirement import wheel_command

    screen = Output()
    spec = f"specs/{answers.name}.yaml"
    screen.line(f"{directory}: {count} files written", "bold")
    screen.line(f"  {spec}: {answers.stack.title}")
    screen.line(f"  requirements.txt: {answers.requirement}")
    enter = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
    wheel = wheel_command(answers.requirement)
    commit = f"git add . && git commit -m 'Watch {answers.name}'"
    screen.line("Next:", "bold")
    screen.line(f"  {enter}${{EDITOR:-vi}} {spec}  # the lines marked `check:`")
    screen.line("  dashgen build")
    screen.line(f"  {wheel + ' && ' if wheel else ''}{commit}")
