"""``dashgen build``: specs in, dashboards and rules out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.color import Color

if TYPE_CHECKING:
    from dashgen.batch.one import Built
    from dashgen.batch.run import Batch
    from dashgen.cli.console import Output as Screen


@dataclass(frozen=True, slots=True)
class _Options:
    """What one build was asked for; ``watch`` builds many times with the same."""

    specs: tuple[Path, ...]
    out: Path
    check: bool
    force: bool
    extensions: bool
    jobs: int | None
    cache: bool
    quiet: bool
    changed_only: bool = False


def build(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files or folders of them. Default: specs/"),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to, one folder per spec.")] = Path("out"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if out is stale.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again when a file changes; Ctrl-C ends.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files dashgen did not write.")] = False,
    no_extend: Annotated[
        bool, typer.Option("--no-extend", help="Run no code a spec names in `extend`; --check then shows what it adds.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes to compile in. Default: one per core.")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compile what did not change, too, as with DASHGEN_CACHE=off.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and drift only.")] = False,
    color: Annotated[Color, typer.Option(help="When to colour.")] = Color.AUTO,
) -> None:
    """Generate dashboards and rules from specs.

    Without SPEC, output of specs that no longer exist is removed.
    """
    from dashgen.cli.console import Output as Screen

    options = _Options(tuple(specs or ()), out, check, force, not no_extend, jobs, not no_cache, quiet)
    screen = Screen(color)
    if not watch:
        _build(screen, options)
        return
    if check:
        raise typer.BadParameter("it cannot be combined with --check, which ends with a verdict", param_hint="--watch")
    from dashgen.cli.watch import watch as watch_files

    again = partial(_build, screen, replace(options, changed_only=True))
    watch_files(options.specs, partial(_build, screen, options), again)


def compile_specs(paths: Sequence[Path], *, extensions: bool = True) -> list[Built]:
    """Load, assemble, render and verify every spec (those in ``specs/`` when none is named) before any is written.

    ``extensions`` False runs no ``extend`` function and says so.

    Raises:
        InputError: for a spec that cannot be built.
        OutputError: when what was generated would not work.
    """
    from dashgen.batch.one import build_one
    from dashgen.spec.load import find_specs, load_specs

    return [build_one(loaded, extensions=extensions) for loaded in load_specs(find_specs(paths))]


def _build(screen: Screen, options: _Options) -> None:
    from dashgen.cli.console import progress

    try:
        batch = _compile(options)
    except KeyboardInterrupt:
        progress("interrupted: nothing was written")
        raise
    number, compiled = len(batch.specs), batch.compiled
    of_all = f"{compiled} spec(s)" if compiled == number else f"{compiled} of {number} specs"
    progress(f"{of_all} compiled{'' if compiled == number else ', the others did not change'}", quiet=options.quiet)
    if options.check:
        _check(screen, options, batch)
        return
    try:
        _write(screen, options, batch)
    except KeyboardInterrupt:
        progress(f"interrupted: every file in {options.out} is whole, old or new; build again")
        raise


def _compile(options: _Options) -> Batch:
    from dashgen.batch.cache import Cache, cache_folder
    from dashgen.batch.jobs import default_jobs
    from dashgen.batch.run import compile_all
    from dashgen.cli.bar import bar
    from dashgen.spec.files import find_specs

    folder = cache_folder() if options.cache else None
    return compile_all(
        find_specs(options.specs),
        options.out,
        jobs=options.jobs or default_jobs(),
        cache=Cache(folder) if folder else None,
        extensions=options.extensions,
        watch=partial(bar, quiet=options.quiet),
    )


def _check(screen: Screen, options: _Options, batch: Batch) -> None:
    from dashgen.cli.console import progress
    from dashgen.emit.output import check

    out = options.out
    drift = check(out, [each.output for each in batch.specs], all_specs=not options.specs)
    for each in drift:
        screen.diff(str(each))
    if drift:
        progress(f"{len(drift)} stale file(s) in {out}: run `dashgen build` and commit the result")
        raise typer.Exit(1)
    if not options.quiet:
        screen.line(f"{out} is up to date")


def _write(screen: Screen, options: _Options, batch: Batch) -> None:
    from dashgen.cli.build_report import report
    from dashgen.emit.output import plan
    from dashgen.emit.publish import publish

    outputs = [each.output for each in batch.specs]
    changes = plan(options.out, outputs, force=options.force, all_specs=not options.specs)
    publish(options.out, changes)
    if options.quiet:
        return
    shown = [change for change in changes if change.needed or not options.changed_only]
    names = {change.name for change in shown}
    report(screen, options.out, shown, [each for each in batch.specs if each.output.name in names])
