"""``dashgen promtool``: which promtool judges, and getting one."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import typer


class Action(StrEnum):
    """What to do about promtool."""

    SHOW = "show"
    INSTALL = "install"


def promtool(
    action: Annotated[Action, typer.Argument(help="Show the one that is used, or fetch one.")] = Action.SHOW,
    *,
    version: Annotated[
        str, typer.Option("--version", metavar="X.Y.Z", help="Version to fetch: that of your Prometheus.")
    ] = "",
) -> None:
    """Show which promtool judges, or fetch one.

    `install` takes it from Prometheus' releases (checksums are verified) or, where these cannot be reached, from
    the packages of Debian or Ubuntu, and puts it into dashgen's cache. Nothing is installed into the system.
    """
    from dashgen.cli.console import progress
    from dashgen.testing.promtool.find import find
    from dashgen.testing.promtool.install import install

    _check(action, version)
    found = find() if action is Action.SHOW else install(version.removeprefix("v") or None, progress)
    typer.echo(f"{found.path} {found.version}")


def _check(action: Action, version: str) -> None:
    """Whether the version can be meant.

    Raises:
        InputError: when it cannot.
    """
    from dashgen.errors import InputError, Location, Problem
    from dashgen.testing.promtool.find import OLDEST

    if not version:
        return
    oldest = ".".join(map(str, OLDEST))
    numbers = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", version, re.ASCII)
    if action is Action.SHOW:
        found, expected, action_text = "--version beside show", "--version with install", "dashgen promtool install"
    elif not numbers:
        found, expected, action_text = f"{version!r} is no release", "three numbers such as 3.5.0", "correct it"
    elif (int(numbers[1]), int(numbers[2])) < OLDEST:
        found, expected, action_text = f"{version} is too old", f"{oldest}.0 or newer", "name a newer one"
    else:
        return
    raise InputError([Problem(Location("--version"), found, expected, action_text)])
