"""``dashgen build``: specs in, dashboards and rules out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.color import Color

if TYPE_CHECKING:
    from dashgen.cli.console import Output as Screen
    from dashgen.emit.output import Changes, Output
    from dashgen.model import Bundle


@dataclass(frozen=True, slots=True)
class Built:
    """One spec, compiled and rendered, nothing written yet."""

    bundle: Bundle
    output: Output


def build(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files or folders of them. Default: specs/"),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to, one folder per spec.")] = Path("out"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if out is stale.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files dashgen did not write.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and drift only.")] = False,
    color: Annotated[Color, typer.Option(help="When to colour.")] = Color.AUTO,
) -> None:
    """Generate dashboards and rules from specs.

    Without SPEC, output of specs that no longer exist is removed.
    """
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.console import progress

    screen = Screen(color)
    built = compile_specs(specs or ())
    progress(f"{len(built)} spec(s) compiled", quiet=quiet)
    if check:
        _check(screen, out, built, all_specs=not specs, quiet=quiet)
    else:
        _write(screen, out, built, all_specs=not specs, force=force, quiet=quiet)


def compile_specs(paths: Sequence[Path]) -> list[Built]:
    """Load, assemble, render and verify every spec (those in ``specs/`` when none is named) before any is written.

    Raises:
        InputError: for a spec that cannot be built.
        OutputError: when what was generated would not work.
    """
    from dashgen.assemble import assemble
    from dashgen.emit.output import Output
    from dashgen.emit.registry import render_all
    from dashgen.spec.load import find_specs, load_specs

    built: list[Built] = []
    for loaded in load_specs(find_specs(paths)):
        spec = loaded.spec
        bundle = assemble(spec)
        files = render_all(bundle, spec)
        built.append(Built(bundle, Output(spec.name, loaded.path.name, files)))
    return built


def _check(screen: Screen, out: Path, built: Sequence[Built], *, all_specs: bool, quiet: bool) -> None:
    from dashgen.cli.console import progress
    from dashgen.emit.output import check

    drift = check(out, [each.output for each in built], all_specs=all_specs)
    for each in drift:
        screen.diff(str(each))
    if drift:
        progress(f"{len(drift)} stale file(s) in {out}: run `dashgen build` and commit the result")
        raise typer.Exit(1)
    if not quiet:
        screen.line(f"{out} is up to date")


def _write(screen: Screen, out: Path, built: Sequence[Built], *, all_specs: bool, force: bool, quiet: bool) -> None:
    from dashgen.emit.output import plan
    from dashgen.emit.publish import publish

    changes = plan(out, [each.output for each in built], force=force, all_specs=all_specs)
    publish(out, changes)
    if quiet:
        return
    for change in changes:
        bundle = next((each.bundle for each in built if each.output.name == change.name), None)
        _report(screen, change, bundle)
    _report_missing(screen, [each.bundle for each in built])


def _report(screen: Screen, change: Changes, bundle: Bundle | None) -> None:
    counts = f"{len(change.written)} written, {len(change.of('unchanged'))} unchanged"
    screen.line(f"{change.folder}: {counts}, {len(change.removed)} removed", "bold")
    if bundle is not None:
        screen.line(f"  {_contents(bundle)}")
        for source, version in bundle.assumed_versions:
            screen.line(f"  source {source} has no version in the spec: built for {version}")
    else:
        screen.line("  the spec of this output is gone")
    for name in change.edited:
        screen.line(f"  replaced, although edited by hand: {change.folder / name}", "yellow")


def _contents(bundle: Bundle) -> str:
    panels = sum(1 for board in bundle.dashboards for _ in board.panels())
    severities = [alert.severity for alert in bundle.alerts()]
    records = sum(len(group.rules) for group in bundle.groups) - len(severities)
    counts = {
        "dashboard": len(bundle.dashboards),
        "panel": panels,
        "page": severities.count("page"),
        "ticket": severities.count("ticket"),
        "recording rule": records,
    }
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items())


def _report_missing(screen: Screen, bundles: Sequence[Bundle]) -> None:
    panels = [
        (f"{bundle.spec_name}: {board.key}/{panel.key}", missing.signal, missing.reason, missing.how)
        for bundle in bundles
        for board, panel in bundle.missing_panels()
        if (missing := panel.missing) is not None
    ]
    header = ("signal", "why", "how to get it")
    screen.table("Panels without a source", ("panel", *header), panels)
    pages = [
        (f"{bundle.spec_name}: {alert.name}", alert.missing.signal, alert.missing.reason, alert.missing.how)
        for bundle in bundles
        for alert in bundle.missing_alerts
    ]
    screen.table("Pages this spec cannot have", ("page", *header), pages)
