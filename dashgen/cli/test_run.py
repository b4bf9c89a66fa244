"""What ``dashgen test`` does between its options and its report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.cli.bar import bar

if TYPE_CHECKING:
    from dashgen.cli.test import Options
    from dashgen.testing.choose import Chosen
    from dashgen.testing.promtool.find import Promtool
    from dashgen.testing.results import Run
    from dashgen.testing.scenario.load import LoadedCase
    from dashgen.testing.subject import Subject


def run_tests(options: Options) -> Run:
    """Load specs and scenarios, play, judge.

    Raises:
        InputError: for a spec or scenario that is wrong, or when nothing would be played.
        MachineError: when there is no promtool or, asked for, no vmalert-tool, or it does not run.
    """
    from dashgen.batch.jobs import default_jobs
    from dashgen.testing.coverage import coverage
    from dashgen.testing.promtool.find import find
    from dashgen.testing.results import Engine, Run
    from dashgen.testing.run import chosen_by, run
    from dashgen.testing.vmalert.find import find as find_vmalert

    began = time.monotonic()
    promtool = find(Path(options.promtool) if options.promtool else None)
    second = find_vmalert() if options.second else None
    subjects, chosen = load(options)
    prepared = chosen_by(options.run, chosen.prepared) if options.run else chosen.prepared
    with bar(len(prepared), quiet=options.quiet) as advance:
        results = run(
            promtool,
            prepared,
            jobs=options.jobs or default_jobs(),
            fail_fast=options.fail_fast,
            keep=options.keep,
            done=lambda _: advance(),
            second=second,
        )
    return Run(
        str(promtool.path),
        promtool.version,
        results,
        time.monotonic() - began,
        tuple(_warnings(promtool, subjects, chosen)),
        coverage(chosen.prepared) if options.coverage else (),
        vmalert=Engine(str(second.path), second.version) if second else None,
    )


def load(options: Options) -> tuple[tuple[Subject, ...], Chosen]:
    """The specs, and what is played on them.

    What is not played because it is for other specs is no news where specs are named, or of what dashgen ships.

    Raises:
        InputError: for what is wrong in either, or when there is nothing to play.
    """
    from dashgen.errors import InputError, Location, Problem
    from dashgen.spec.files import find_specs
    from dashgen.testing.choose import choose
    from dashgen.testing.scenario.against import unknown_specs
    from dashgen.testing.scenario.find import find_scenarios
    from dashgen.testing.scenario.load import load_scenarios, rules_of
    from dashgen.testing.subjects import auxiliary, subjects

    files = find_specs(options.specs)
    own = subjects(files, extensions=options.extensions)
    cases = load_scenarios(find_scenarios(options.scenarios, files))
    theirs = [case for case in cases if not _shipped(case, files)]
    # What dashgen's own specs for scenarios prove is proven where dashgen is made.
    rules = dict.fromkeys(folder for case in theirs if (folder := rules_of(case.file)))
    patterns = {pattern for case in theirs for pattern in case.scenario.specs or ()}
    names = [subject.spec.name for subject in own]
    found = (*own, *auxiliary(rules, patterns, names, extensions=options.extensions))
    known = [subject.spec.name for subject in found]
    problems = unknown_specs(theirs, known) if not options.specs else ()
    if problems:
        raise InputError(problems)
    chosen = choose(cases, found, partial(_shipped, files=files))
    if not chosen.prepared:
        where = ", ".join(map(str, options.scenarios)) or "rules/"
        raise InputError(
            [
                Problem(
                    Location(where),
                    f"no scenario plays on {', '.join(names)}",
                    "at least one",
                    "add one: see rules/README.md",
                )
            ]
        )
    unplayed = () if options.specs else tuple(case for case in chosen.unplayed if not _shipped(case, files))
    return own, replace(chosen, unplayed=unplayed)


def _shipped(case: LoadedCase, files: Sequence[Path]) -> bool:
    """Whether a case comes with dashgen and not from whoever owns the specs."""
    from dashgen.folders import own_rules, packaged_rules

    packaged = packaged_rules().resolve()
    ours = packaged in case.file.resolve().parents
    return ours and all(own_rules(file).resolve() != packaged for file in files)


def _warnings(promtool: Promtool, subjects: Sequence[Subject], chosen: Chosen) -> Iterator[str]:
    from dashgen.testing.promtool.find import differs

    for subject in subjects:
        line = differs(promtool, subject.spec)
        if line:
            yield line
    if chosen.unplayed:
        names = list(dict.fromkeys(case.scenario.name for case in chosen.unplayed))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"played on none of these specs: {', '.join(names[:3])}{more}"
