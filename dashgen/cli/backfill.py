"""``dashgen backfill``: the passes that make recorded history out of raw series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from dashgen.cli.moments import moment

HEAD = timedelta(hours=3)
"""What Prometheus may still hold in memory; blocks must not overlap it."""


def backfill(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The spec whose records to make.")],
    *,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="How far back panels should be complete; at most what is kept.")
    ] = 30,
    start: Annotated[str, typer.Option(metavar="TIME", help="The same as a time: 2026-09-01 or RFC 3339.")] = "",
    end: Annotated[
        str, typer.Option(metavar="TIME", help="Where history ends: when the rules were loaded. Default: 3h ago.")
    ] = "",
    url: Annotated[str, typer.Option(help="Whom to ask, as seen from where it will run.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write script and rule files to DIR/<spec>/ instead of one script to stdout.")
    ] = None,
    no_extend: Annotated[bool, typer.Option("--no-extend", help="Run no code the spec names in `extend`.")] = False,
) -> None:
    """Print a shell script that makes recorded history from raw series.

    Week-over-week and 30-day panels read recorded series, which begin when the rules are loaded. The script runs
    promtool (vmalert for VictoriaMetrics) pass by pass and says what it needs. Nothing is run here.
    """
    from dashgen.assemble import assemble
    from dashgen.backfill import plan, script
    from dashgen.backfill.script import rule_files
    from dashgen.extension import extend
    from dashgen.spec.load import load_specs

    (loaded,) = load_specs([spec])
    now = datetime.now(UTC)
    until = moment("--end", end) or (now - HEAD).replace(minute=0, second=0, microsecond=0)
    since = moment("--start", start) or until - timedelta(days=days)
    _in_order(since, until, now)
    bundle = extend(assemble(loaded.spec), loaded, enabled=not no_extend).bundle
    planned = plan(bundle, since, until, until - loaded.spec.prometheus.retention)
    where = url or _default_url(loaded.spec.prometheus.flavour)
    if out is None:
        typer.echo(script(planned, loaded.spec, where), nl=False)
        return
    files = {**rule_files(planned), "backfill.sh": script(planned, loaded.spec, where, embedded=False)}
    _write(out, loaded.spec.name, spec.name, files)


def _default_url(flavour: str) -> str:
    addresses = {"thanos": "http://localhost:10902", "victoriametrics": "http://localhost:8428"}
    addresses["mimir"] = "http://localhost:8080/prometheus"
    return addresses.get(flavour, "http://localhost:9090")


def _in_order(since: datetime, until: datetime, now: datetime) -> None:
    from dashgen.errors import InputError, Location, Problem

    problems = []
    if since >= until:
        problems.append(
            Problem(
                Location("--start"), f"{since:%Y-%m-%d %H:%M} is not before the end, {until:%Y-%m-%d %H:%M}", "earlier"
            )
        )
    if until > now:
        problems.append(Problem(Location("--end"), f"{until:%Y-%m-%d %H:%M} is in the future", "a time in the past"))
    if problems:
        raise InputError(problems)


def _write(out: Path, name: str, spec_file: str, files: dict[str, str]) -> None:
    from dashgen.emit.output import Output, plan
    from dashgen.emit.publish import publish

    changes = plan(out, [Output(name, spec_file, files)])
    publish(out, changes)
    typer.echo(f"{out / name}: {len(files)} files; read backfill.sh, then run it")
