"""``dashgen test --mutate``: are the scenarios any good?"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashgen.cli.console import Output as Screen
    from dashgen.cli.test import Options
    from dashgen.testing.mutate.results import Mutation
    from dashgen.testing.mutate.targets import Target
    from dashgen.testing.prepare import Prepared
    from dashgen.testing.promtool.find import Promtool


def mutate(screen: Screen, options: Options, promtool: Promtool, prepared: Sequence[Prepared]) -> bool:
    """Mutate, report, and say whether enough mutants were noticed.

    Raises:
        InputError: for a pattern that is none, or a list of equivalent mutants that is wrong.
        MachineError: when promtool cannot be run, or the baseline cannot be written.
    """
    from dashgen.testing.mutate.text import text

    found, every = _run(options, promtool, prepared)
    for line in text(found).split("\n"):
        screen.line(line)
    if options.baseline:
        _baseline(options, found, every)
    return 100 * found.score >= options.min_score and not found.failing


def _run(options: Options, promtool: Promtool, prepared: Sequence[Prepared]) -> tuple[Mutation, Sequence[Target]]:
    from dashgen.batch.cache import cache_folder
    from dashgen.batch.jobs import default_jobs
    from dashgen.testing.mutate.equivalent import FILE, check_used, load_equivalent
    from dashgen.testing.mutate.run import run
    from dashgen.testing.mutate.targets import targets
    from dashgen.testing.mutate.verdicts import Verdicts
    from dashgen.testing.plans import asserted, plan

    folder = cache_folder()
    subjects = {each.subject.spec.name: each.subject for each in prepared}
    bundles = [subject.bundle for subject in subjects.values()]
    every = targets(bundles)
    worth = asserted(prepared)
    listed = load_equivalent([path for rules in _rules(options) if (path := rules / FILE).is_file()])
    if not options.specs and not options.run:
        # Those that come with dashgen are about its own specs.
        own = {str(rules / FILE) for rules in _owned(options)}
        check_used([each for each in listed if each.where.file in own], every)
    found = run(
        promtool,
        bundles,
        [plan(each) for each in prepared],
        jobs=options.jobs or default_jobs(),
        listed=listed,
        verdicts=Verdicts(folder / "mutants") if folder else None,
        only=_only(options, worth),
        progress=_progress(quiet=options.quiet),
    )
    return found, [target for target in every if worth(target)]


def _only(options: Options, asserted: Callable[[Target], bool]) -> Callable[[Target], bool]:
    """Which targets are mutated: those of a name, those that are new or changed, all of them."""
    from dashgen.errors import InputError, Location, Problem
    from dashgen.testing.mutate.baseline import FILE, known

    try:
        named = re.compile(options.target or "")
    except re.error as error:
        problem = Problem(Location("--target"), f"{options.target!r}: {error}", "a regular expression")
        raise InputError([problem]) from error
    seen = known(rules / FILE for rules in _rules(options)) if options.changed else {}
    return lambda target: named.search(target.name) is not None and target.fingerprint not in seen and asserted(target)


def _rules(options: Options) -> tuple[Path, ...]:
    """The ``rules/`` of whoever owns the specs, and those that come with dashgen."""
    from dashgen.folders import packaged_rules

    return tuple({path.resolve(): path for path in (packaged_rules(), *_owned(options))}.values())


def _owned(options: Options) -> tuple[Path, ...]:
    """The ``rules/`` of whoever owns the specs."""
    from dashgen.folders import own_rules
    from dashgen.spec.files import find_specs

    return tuple(dict.fromkeys(map(own_rules, find_specs(options.specs))))


def _baseline(options: Options, found: Mutation, every: Sequence[Target]) -> None:
    from dashgen.cli.console import progress
    from dashgen.emit.machine import machine_errors
    from dashgen.emit.single_file import replace_file
    from dashgen.testing.mutate.baseline import FILE, baseline, is_baseline, known

    path = _rules(options)[-1] / FILE
    with machine_errors(f"cannot write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, baseline(found, every, known([path])), what="baseline", ours=is_baseline)
    progress(f"{path} written", quiet=options.quiet)


def _progress(*, quiet: bool) -> Callable[[int, int], object]:
    """How far it is, on one line that is written over; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        return lambda _judged, _all: None
    return lambda judged, every: print(f"\r{judged} of {every} mutants judged", end="", file=sys.stderr, flush=True)
