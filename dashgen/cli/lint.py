"""``dashgen lint``: what would be blank, silent or wrong, before it is merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashgen.cli.color import Color
from dashgen.cli.server import (
    TIMEOUT,
    URL,
    Access,
    BasicAuthFile,
    BearerTokenFile,
    CaFile,
    CertFile,
    HeaderEnv,
    HeaderFile,
    Insecure,
    KeyFile,
    Timeout,
)


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Options:
    """What one run was asked for."""

    paths: tuple[Path, ...]
    stdin_name: str
    assume: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_severity: str
    fail_on: str
    diff_base: str | None
    promtool: str | None
    """Path; '' for none."""
    out: Path
    extensions: bool
    statistics: bool
    fix: bool = False


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Specs, dashboards, rules, Kubernetes objects, folders of them; - is stdin. Default: specs/",
        ),
    ] = None,
    *,
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What runs there: vllm=0.33, scrape_interval=30s …; repeatable."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECKS", help="Only these: names, codes, PQL, families; commas, or repeated."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="CHECKS", help="Not these.")] = None,
    min_severity: Annotated[Level, typer.Option(help="Show nothing below it.")] = Level.INFO,
    fail_on: Annotated[Level, typer.Option(help="Exit 1 from here on.")] = Level.WARNING,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    diff_base: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Only what was not found in the files as of this git revision."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what is mechanical and safe, show the changes, report the rest.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change; exit 1 if anything.")] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count findings by check.")] = False,
    format: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="text, concise, json, sarif, github, gitlab or junit; repeatable. Default: text.",
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", metavar="FILE", help="File of the n-th format; `-` or none is stdout."),
    ] = None,
    stdin_filename: Annotated[str, typer.Option(metavar="NAME", help="What stdin is called.")] = "stdin",
    promtool: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Which has the last word on syntax. Default: as for test, if there is one."),
    ] = None,
    no_promtool: Annotated[bool, typer.Option("--no-promtool", help="Ask none.")] = False,
    out: Annotated[Path, typer.Option(help="Folder the output of specs is committed in.")] = Path("out"),
    no_extend: Annotated[bool, typer.Option("--no-extend", help="Run no code a spec names in `extend`.")] = False,
    prometheus: Annotated[
        str | None, typer.Option(metavar="URL", help=f"Ask this server, too, for its last day: {URL}.")
    ] = None,
    bearer_token_file: BearerTokenFile = None,
    basic_auth_file: BasicAuthFile = None,
    header_file: HeaderFile = None,
    header_env: HeaderEnv = None,
    ca_file: CaFile = None,
    cert_file: CertFile = None,
    key_file: KeyFile = None,
    insecure: Insecure = False,
    timeout: Timeout = TIMEOUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print what makes it fail only.")] = False,
    color: Annotated[Color, typer.Option(help="When to colour.")] = Color.AUTO,
) -> None:
    """Find what would be blank, silent or wrong, without a Prometheus; with one, what it lacks, too.

    `dashgen rules` lists the checks, `dashgen explain CHECK` tells about one.
    """
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.console import progress
    from dashgen.cli.lint_live import connect
    from dashgen.cli.lint_run import run_lint
    from dashgen.cli.outputs import paired, write
    from dashgen.lint.report.registry import FORMATS

    options = Options(
        tuple(paths or ()),
        stdin_filename,
        tuple(assume or ()),
        tuple(select or ()),
        tuple(ignore or ()),
        min_severity.value,
        fail_on.value,
        diff_base,
        "" if no_promtool else promtool,
        out,
        not no_extend,
        statistics,
        fix,
    )
    if fix or diff:
        from dashgen.cli.lint_fix import check_options, show_fixes

        check_options(options, diff=diff)
        if diff:
            if show_fixes(Screen(color), options):
                raise typer.Exit(1)
            return
    outputs = paired(format or ["text"], output or [], FORMATS.names())
    access = Access(
        bearer_token_file,
        basic_auth_file,
        header_file or (),
        header_env or (),
        ca_file,
        cert_file,
        key_file,
        insecure,
        timeout,
    )
    live = connect(prometheus, access)
    report = run_lint(options, live)
    for note in live.notes() if live is not None else ():
        progress(note, quiet=quiet)
    for name in report.empty:
        progress(f"{name}: no dashboards, rules or queries in it", quiet=quiet)
    levels = list(Level)
    if levels.index(min_severity) < levels.index(fail_on):
        progress(f"--min-severity {min_severity} hides findings that --fail-on {fail_on} fails on")
    write(Screen(color), outputs, FORMATS, report, quiet=quiet)
    if report.failing and not exit_zero:
        raise typer.Exit(1)
