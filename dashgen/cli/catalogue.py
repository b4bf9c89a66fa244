"""``dashgen catalogue``: what every exporter exposes, by version, and why a metric is or is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashgen.catalogue.model import Exporter
    from dashgen.catalogue.version import VersionRange


def catalogue(
    exporter: Annotated[
        str | None, typer.Argument(help="Exporter to list; without one, all exporters are named.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="VERSION", help="Version or range; default the newest known."),
    ] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="METRIC", help="Everything known about one metric.")
    ] = None,
) -> None:
    """Show what exporters expose: names, types, units, labels, and what is on by default."""
    if why is not None:
        if exporter is not None or at is not None:
            given = f"an exporter ({exporter})" if exporter is not None else f"--at {at}"
            _fail("--why", f"{given} beside --why", "--why alone: it tells every exporter and version", "leave it out")
        _explain(why)
    elif exporter is None:
        if at is not None:
            _fail(
                "--at",
                f"{at} without an exporter",
                "an exporter",
                "name one: dashgen catalogue vllm --at 0.10.2",
            )
        _list_exporters()
    else:
        _list_metrics(exporter, at)


def _explain(metric: str) -> None:
    from dashgen.catalogue.why import UnknownMetricError, explain

    try:
        typer.echo(explain(metric))
    except UnknownMetricError as error:
        _fail(
            "--why",
            f"no exporter exposes {metric!r}",
            "a metric name, such as vllm:num_requests_waiting",
            f"did you mean {', '.join(error.close)}?" if error.close else "list them: dashgen catalogue EXPORTER",
        )


def _list_exporters() -> None:
    from dashgen.catalogue.loader import exporters, load

    listed = [load(name) for name in exporters()]
    _print_table(
        "Exporters",
        ("exporter", "newest version", "entries", "vantage", "what it is"),
        [(item.name, item.newest_text, str(len(item.metrics)), item.vantage, item.title) for item in listed],
    )


def _list_metrics(name: str, at: str | None) -> None:
    from dashgen.catalogue.table import rows

    exporter = _load(name)
    versions = _versions(exporter, at)
    listed = rows(exporter, versions)
    if not listed:
        _fail(
            "--at",
            f"{exporter.title} {at} exposes nothing the catalogue knows",
            f"a version up to {exporter.newest_text}",
            "leave --at out for the newest version",
        )
    _print_table(
        f"{exporter.title} {versions}",
        ("metric", "type", "unit", "labels", "default", "meaning"),
        [(row.name, row.type, row.unit, row.labels, row.state, row.meaning) for row in listed],
    )
    for start, note in exporter.breaks:
        if versions.high is None or versions.high >= start:
            typer.echo(f"careful: {note}", err=True)


def _load(name: str) -> Exporter:
    import difflib

    from dashgen.catalogue.loader import exporters, load

    try:
        return load(name)
    except KeyError:
        known = exporters()
        close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
        action = f"did you mean {close[0]}?" if close else "dashgen catalogue lists them"
        _fail("EXPORTER", f"unknown exporter {name!r}", f"one of {', '.join(known)}", action)


def _versions(exporter: Exporter, at: str | None) -> VersionRange:
    from dashgen.catalogue.version import VersionRange

    if at is None:
        return VersionRange.exactly(exporter.newest)
    try:
        return VersionRange.parse(at)
    except ValueError as error:
        _fail("--at", str(error), f"a version of {exporter.title}, such as {exporter.newest_text}", "")


def _fail(where: str, found: str, expected: str, action: str) -> NoReturn:
    from dashgen.errors import InputError, Location, Problem

    raise InputError([Problem(Location(where), found, expected, action)])


def _print_table(title: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    from dashgen.cli.console import Output

    Output().table(title, header, lines)
