"""``dashgen record``: the raw series a spec needs, out of a Prometheus, into a file that scenarios replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.moments import length, moment
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
    reach,
    warnings,
)

if TYPE_CHECKING:
    from dashgen.prometheus.client import Server
    from dashgen.testing.recording.model import Recording
    from dashgen.testing.recording.record import Plan

HOUR = timedelta(hours=1)
LESS = "record less (--from, --to, --warm-up)"


def record(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The spec whose series to record.")],
    *,
    prometheus: Annotated[str, typer.Option(metavar="URL", help=f"Whom to ask: {URL}.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="What to write; ends in .series.")],
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="RFC 3339, or 2h for that long ago. Default: 1h before --to.")
    ] = "",
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="The same. Default: now.")] = "",
    warm_up: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How far to look back before --from. Default: the longest look-back of a query that is below a week.",
        ),
    ] = "",
    step: Annotated[
        str, typer.Option(metavar="DURATION", help="Scrape interval of series too short to tell. Default: the spec's.")
    ] = "",
    bearer_token_file: BearerTokenFile = None,
    basic_auth_file: BasicAuthFile = None,
    header_file: HeaderFile = None,
    header_env: HeaderEnv = None,
    ca_file: CaFile = None,
    cert_file: CertFile = None,
    key_file: KeyFile = None,
    insecure: Insecure = False,
    timeout: Timeout = TIMEOUT,
    hash_key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Key of hashes, so that recordings agree. Default: random, then forgotten."),
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Record what there is when the server says that data is missing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file dashgen did not write.")] = False,
    no_extend: Annotated[bool, typer.Option("--no-extend", help="Run no code the spec names in `extend`.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and warnings of security only.")] = False,
) -> None:
    """Record the raw series a spec's rules and panels read, for scenarios to replay.

    Labels that name users are hashed; `recording: {private: …}` in the spec says more. Credentials are read from
    files and the environment, sent to this server only, and never printed.
    """
    import os

    from dashgen.cli.console import progress
    from dashgen.emit.single_file import replace_file
    from dashgen.prometheus.credentials import key_of
    from dashgen.spec.types import duration_text
    from dashgen.testing.recording.encode import encode
    from dashgen.testing.recording.format import is_recording

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
    server = reach(prometheus, access, LESS)
    asked = length("--warm-up", warm_up)
    interval = length("--step", step)
    key = key_of(hash_key_file) if hash_key_file else os.urandom(32)

    def ours(found: bytes) -> bool:
        return force or is_recording(found)

    _check_output(output, ours)
    planned = _plan(spec, start, end, asked, extensions=not no_extend)
    for warning in warnings(server):
        progress(warning)
    found = _recorded(planned, server, interval, key, partial=allow_partial, quiet=quiet, capped=asked is not None)
    text = encode(found)
    replace_file(output, text, what="recording", ours=ours)
    if not quiet:
        series = sum(len(group.series) for group in found.groups)
        size = f"{len(text.encode()):,} bytes"
        typer.echo(f"{output}: {series} series over {duration_text(found.length - found.warm_up)}, {size}")


def _check_output(output: Path, ours: Callable[[bytes], bool]) -> None:
    """Before an hour of work.

    Raises:
        InputError: for a name that is none of a recording, or somebody else's file.
        MachineError: when nothing can be written there.
    """
    from dashgen.emit.single_file import check_file
    from dashgen.errors import InputError, Location, Problem
    from dashgen.testing.recording.format import SUFFIX

    if output.suffix != SUFFIX:
        action = f"write {output.name}{SUFFIX}" if output.name else f"name a file that ends in {SUFFIX}"
        raise InputError(
            [Problem(Location("--output"), f"the name {str(output)!r}", f"a name that ends in {SUFFIX}", action)]
        )
    check_file(output, what="recording", ours=ours)


def _plan(spec: Path, start: str, end: str, warm_up: timedelta | None, *, extensions: bool) -> Plan:
    from dashgen.assemble import assemble
    from dashgen.extension import extend
    from dashgen.spec.load import load_specs
    from dashgen.testing.recording.record import plan
    from dashgen.testing.subject import Subject

    (loaded,) = load_specs([spec])
    now = datetime.now(UTC).replace(microsecond=0)
    until = moment("--to", end, now) or now
    since = moment("--from", start, now) or until - HOUR
    _in_order(since, until, now)
    bundle = extend(assemble(loaded.spec), loaded, enabled=extensions).bundle
    return plan(Subject(loaded.spec, bundle), since, until, warm_up)


def _in_order(since: datetime, until: datetime, now: datetime) -> None:
    from dashgen.errors import InputError, Location, Problem

    problems = []
    if since >= until:
        found = f"{since:%Y-%m-%d %H:%M:%S} is not before the end, {until:%Y-%m-%d %H:%M:%S}"
        problems.append(Problem(Location("--from"), found, "an earlier time", "correct --from or --to"))
    if until > now:
        found = f"{until:%Y-%m-%d %H:%M:%S} is in the future"
        problems.append(Problem(Location("--to"), found, "a time in the past", "record later, or correct --to"))
    if problems:
        raise InputError(problems)


def _recorded(
    planned: Plan,
    server: Server,
    interval: timedelta | None,
    key: bytes,
    *,
    partial: bool,
    quiet: bool,
    capped: bool,
) -> Recording:
    from dashgen.cli.bar import bar
    from dashgen.cli.console import progress
    from dashgen.prometheus.client import Client
    from dashgen.testing.recording.api import Api
    from dashgen.testing.recording.notes import about_plan, about_privacy, about_series
    from dashgen.testing.recording.record import captured, masks, recording

    def tell(lines: Iterable[str]) -> None:
        for line in lines:
            progress(line, quiet=quiet)

    api = Api(Client(server), partial)
    api.probe()
    tell(about_plan(planned, capped=capped))
    try:
        with bar(planned.pieces, quiet=quiet, what="recording", fewest=1) as advance:
            found = captured(planned, api, interval, advance)
    except KeyboardInterrupt:
        progress("interrupted: nothing was written")
        raise
    tell(about_series(planned, api, found))
    hidden = masks(planned, key)
    made = recording(planned, found, hidden, partial=bool(api.warnings))
    tell(about_privacy(hidden))
    return made
