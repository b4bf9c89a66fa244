"""Asks promtool about one play: what expressions return and which alerts fire, exactly, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from dashgen.errors import MachineError
from dashgen.testing.promtool.document import RULES, TEST, write
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.output import Output, read
from dashgen.testing.promtool.play import (
    AlertQuestion,
    Answers,
    EvaluationError,
    Firing,
    Play,
    PlayError,
    Question,
    RefusedError,
    Sample,
)
from dashgen.testing.promtool.process import PATIENCE, Done, Processes

__all__ = (
    "AlertQuestion",
    "Answers",
    "EvaluationError",
    "Firing",
    "Play",
    "PlayError",
    "Question",
    "RefusedError",
    "Sample",
    "ask",
)

OUTPUT = "output.txt"
"""What promtool printed, in the folder that is kept."""
_CRASHED = ("panic:", "fatal error:", "runtime:")


def ask(
    promtool: Promtool,
    play: Play,
    keep: Path | None = None,
    *,
    patience: float = PATIENCE,
    processes: Processes | None = None,
) -> Answers:
    """Every question of a play, answered by one promtool; ``keep`` is a folder for its files.

    Only as much is played as is asked about: a play without questions is not run.

    Raises:
        EvaluationError: when a rule cannot be evaluated.
        RefusedError: when promtool cannot read a rule or a series.
        MachineError: when promtool cannot be run, takes longer than ``patience`` seconds, or crashes.
    """
    if not play.questions and not play.alerts:
        return Answers((), (), 0.0)
    run = partial(_run, promtool, patience=patience, processes=processes or Processes())
    done = run(play, keep)
    output = _output(promtool, done)
    if output.failures:
        first = output.failures[0]
        raise EvaluationError(first.rule, first.at, first.message)
    if output.refused:
        raise _refusal(play, output.refused, lambda part: _output(promtool, run(part, None)).refused)
    return _answers(play, output, done.seconds)


def _run(promtool: Promtool, play: Play, keep: Path | None, *, patience: float, processes: Processes) -> Done:
    try:
        with tempfile.TemporaryDirectory(prefix="dashgen-promtool-") as scratch:
            folder = keep or Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            write(play, folder)
            done = processes.run(promtool.path, ("test", "rules", TEST), folder, Path(scratch), patience)
            if keep:
                (keep / OUTPUT).write_text(done.stderr, encoding="utf-8")
            return done
    except OSError as error:
        raise MachineError(f"cannot write promtool's files: {error.filename}: {error.strerror or error}") from error


def _output(promtool: Promtool, done: Done) -> Output:
    """What it printed.

    Raises:
        MachineError: when it crashed; a test that fails, as ours do, ends with 1.
    """
    if done.code != 1:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["it printed nothing"]
        telling = next((line for line in lines if line.startswith(_CRASHED)), lines[0])
        raise MachineError(
            f"{promtool.path} {promtool.version} crashed (exit code {done.code}): {telling[:300]}\n"
            "  do this:  free some memory if that is what it lacks, else try another version: dashgen promtool install"
        )
    return read(done.stderr)


def _refusal(play: Play, said: str, refused: Callable[[Play], str]) -> RefusedError:
    """What promtool refuses; it names the rule, but not the series, which is found by halves."""
    if said.startswith(f"{RULES}: "):
        return RefusedError("the rules", said.replace(f"{RULES}: ", ""))
    names = list(play.series)

    def alone(some: Sequence[str]) -> str:
        clock = replace(play.clock, until=0)
        return refused(Play((), {name: play.series[name] for name in some}, clock, (Question("vector(1)", 0),)))

    while len(names) > 1:
        half = names[: len(names) // 2]
        names = half if alone(half) else names[len(half) :]
    if not names or not (message := alone(names)):
        return RefusedError("what is played", said)
    return RefusedError(
        f"the series {names[0]} {play.series[names[0]]}", message.partition("parse error: ")[2] or message
    )


def _answers(play: Play, output: Output, seconds: float) -> Answers:
    expected: Mapping[str, tuple[int, int]] = {
        "queries": (len(play.questions), len(output.samples)),
        "alerts": (len(play.alerts), len(output.firing)),
    }
    for what, (asked, answered) in expected.items():
        if asked != answered:
            raise MachineError(
                f"promtool answered {answered} of {asked} questions about {what}; report a bug in dashgen"
            )
    return Answers(
        tuple(output.samples[number] for number in range(len(play.questions))),
        tuple(output.firing[number] for number in range(len(play.alerts))),
        seconds,
    )
