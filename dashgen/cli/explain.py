"""``dashgen explain``: what a check is about."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    check: Annotated[str, typer.Argument(metavar="CODE|NAME", help="A check, as `dashgen rules` lists it.")],
) -> None:
    """Tell about a check of `dashgen lint`: why, what is wrong, what is right, how to live with a finding."""
    from dashgen.cli.console import Output
    from dashgen.errors import InputError
    from dashgen.lint.registry import known
    from dashgen.lint.report.explain import lines
    from dashgen.lint.select import unknown

    found = known(check)
    if found is None:
        raise InputError([unknown("CODE|NAME", check)])
    screen = Output()
    for line in lines(found):
        screen.line(*line)
