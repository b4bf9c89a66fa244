"""``dashgen test``: plays scenarios with promtool and says what does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.color import Color

if TYPE_CHECKING:
    from dashgen.cli.console import Output as Screen


class Engine(StrEnum):
    """Who evaluates; vmalert-tool only beside promtool."""

    PROMTOOL = "promtool"
    VMALERT = "vmalert"


@dataclass(frozen=True, slots=True)
class Options:
    """What one test run was asked for; ``--watch`` runs many times with the same."""

    specs: tuple[Path, ...]
    scenarios: tuple[Path, ...]
    run: str | None
    promtool: str | None
    outputs: tuple[tuple[str, Path | None], ...]
    fail_fast: bool
    keep: Path | None
    coverage: bool
    min_coverage: float | None
    extensions: bool
    jobs: int | None
    quiet: bool
    target: str | None = None
    changed: bool = False
    baseline: bool = False
    min_score: float = 95.0
    second: bool = False
    """Whether vmalert-tool is asked as well."""


def test(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SPEC]...", help="Spec files or folders of them. Default: specs/"),
    ] = None,
    *,
    scenarios: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenarios",
            "-s",
            metavar="PATH",
            help="Scenario file or folder; repeatable. Default: rules/ and those that come with dashgen.",
        ),
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="REGEX", help="Only cases whose name matches it somewhere.")
    ] = None,
    promtool: Annotated[
        str | None, typer.Option(metavar="PATH", help="Which promtool. Default: $DASHGEN_PROMTOOL, PATH, the cache.")
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(
            help="vmalert: ask vmalert-tool ($DASHGEN_VMALERT_TOOL, PATH) as well, list where it differs, and fail "
            "where it contradicts an assertion for no known reason."
        ),
    ] = Engine.PROMTOOL,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="FORMAT", help="text, json, junit or github; repeatable. Default: text."),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", metavar="FILE", help="File of the n-th format; `-` or none is stdout."),
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first case that fails.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep promtool's files of every case in this folder.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Run again when a file changes; Ctrl-C ends.")] = False,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say what no scenario asserts.")] = False,
    min_coverage: Annotated[
        float | None,
        typer.Option(min=0, max=100, metavar="PERCENT", help="Fail when a spec is covered less than this."),
    ] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Ask which small mistakes in alerts and queries no scenario notices.")
    ] = False,
    target: Annotated[
        str | None, typer.Option(metavar="REGEX", help="With --mutate: only alerts, records and queries called so.")
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="With --mutate: only what rules/_mutants/baseline.txt does not list.")
    ] = False,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="With --mutate: write what was found to rules/_mutants/baseline.txt.")
    ] = False,
    min_score: Annotated[
        float, typer.Option(min=0, max=100, metavar="PERCENT", help="With --mutate: fail when fewer are noticed.")
    ] = 95.0,
    names: Annotated[
        bool, typer.Option("--names", help="Print what scenarios can name of each spec, and run nothing.")
    ] = False,
    no_extend: Annotated[bool, typer.Option("--no-extend", help="Run no code a spec names in `extend`.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="promtool processes at once. Default: one per core.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print failures and the verdict only.")] = False,
    color: Annotated[Color, typer.Option(help="When to colour.")] = Color.AUTO,
) -> None:
    """Prove every alert and every panel query with promtool, on made-up and on recorded series."""
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.outputs import paired
    from dashgen.testing.report.registry import formats

    options = Options(
        tuple(specs or ()),
        tuple(scenarios or ()),
        run,
        promtool,
        paired(format or ["text"], output or [], formats()),
        fail_fast,
        keep,
        coverage or min_coverage is not None,
        min_coverage,
        not no_extend,
        jobs,
        quiet,
        target,
        changed,
        baseline,
        min_score,
        engine is Engine.VMALERT,
    )
    _only_with_mutate(mutate, {"--target": target, "--changed": changed, "--baseline": baseline})
    if baseline and (options.specs or options.run):
        raise _part_of_a_baseline()
    if mutate and options.second:
        raise _two_judges()
    if mutate and (format or output):
        raise _text_only()
    screen = Screen(color)
    if names:
        _names(screen, options)
        return
    verdict = partial(_mutation if mutate else _verdict, screen, options)
    if not watch:
        if not verdict():
            raise typer.Exit(1)
        return
    from dashgen.cli.watch import watch as watch_files

    watch_files(options.specs, verdict, verdict, options.scenarios)


def _two_judges() -> Exception:
    from dashgen.errors import InputError, Location, Problem

    found = "vmalert, given with --mutate"
    return InputError([Problem(Location("--engine"), found, "promtool, which judges mutants", "leave one of them out")])


def _text_only() -> Exception:
    from dashgen.errors import InputError, Location, Problem

    found = "given with --mutate"
    return InputError(
        [
            Problem(
                Location("--format, --output"),
                found,
                "neither: survivors are text on stdout",
                "redirect stdout instead",
            )
        ]
    )


def _part_of_a_baseline() -> Exception:
    from dashgen.errors import InputError, Location, Problem

    found = "given with SPEC or --run"
    expected = "all specs and scenarios: the file is about all of them"
    return InputError([Problem(Location("--baseline"), found, expected, "narrow it with --target instead")])


def _only_with_mutate(mutate: bool, given: Mapping[str, object]) -> None:
    from dashgen.errors import InputError, Location, Problem

    alone = [name for name, value in given.items() if value]
    if alone and not mutate:
        problem = Problem(Location(alone[0]), "given without --mutate", "beside --mutate", "add --mutate")
        raise InputError([problem])


def _names(screen: Screen, options: Options) -> None:
    """What a scenario can name of each spec, a line each."""
    from dashgen.testing.subjects import subjects

    for subject in subjects(options.specs, extensions=options.extensions):
        screen.line(subject.spec.name, "bold")
        for name, alert in subject.alerts.items():
            screen.line(f"  {alert.severity} {name}")
        for path, shown in subject.queries.items():
            screen.line(f"  query {path}  {shown.query.legend}".rstrip())


def _verdict(screen: Screen, options: Options) -> bool:
    """Run, report, and say whether everything holds."""
    from dashgen.cli.outputs import write
    from dashgen.cli.test_run import run_tests
    from dashgen.testing.coverage import enough
    from dashgen.testing.report.registry import FORMATS

    run = run_tests(options)
    write(screen, options.outputs, FORMATS, run, quiet=options.quiet)
    return not run.failures and enough(run.coverage, options.min_coverage)


def _mutation(screen: Screen, options: Options) -> bool:
    """Mutate instead, and say whether enough mutants are noticed."""
    from dashgen.cli.test_mutate import mutate
    from dashgen.cli.test_run import load
    from dashgen.testing.promtool.find import find
    from dashgen.testing.run import chosen_by

    promtool = find(Path(options.promtool) if options.promtool else None)
    prepared = load(options)[1].prepared
    return mutate(screen, options, promtool, chosen_by(options.run, prepared) if options.run else prepared)
