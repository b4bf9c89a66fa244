"""Asks vmalert-tool about one play what promtool is asked: what expressions return and which alerts fire."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from dashgen.errors import MachineError
from dashgen.testing.promtool.document import TEST
from dashgen.testing.promtool.output import Output
from dashgen.testing.promtool.play import Answers, EvaluationError, Play, RefusedError
from dashgen.testing.promtool.process import Done, Processes
from dashgen.testing.vmalert.document import write
from dashgen.testing.vmalert.find import VmalertTool
from dashgen.testing.vmalert.output import read

OUTPUT = "output.txt"
"""What vmalert-tool printed, in the folder that is kept."""
PATIENCE = 900.0
"""Seconds after which it is stopped; it takes several times as long as promtool."""
_NAME = "vmalert-tool"


def ask(
    tool: VmalertTool,
    play: Play,
    keep: Path | None = None,
    *,
    patience: float = PATIENCE,
    processes: Processes | None = None,
) -> Answers:
    """Every question of a play, answered by one vmalert-tool; ``keep`` is a folder for its files.

    Raises:
        EvaluationError: when a rule cannot be evaluated.
        RefusedError: when vmalert-tool cannot read a rule or a series, or not store what is played.
        MachineError: when vmalert-tool cannot be run, takes longer than ``patience`` seconds, or crashes.
    """
    if not play.questions and not play.alerts:
        return Answers((), (), 0.0)
    # It answers only the last of several questions about an alert at one time.
    asked = replace(play, alerts=tuple(dict.fromkeys(play.alerts)))
    done = _run(tool, asked, keep, patience, processes or Processes())
    if done.code != 1:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["it printed nothing"]
        raise MachineError(
            f"{tool.path} {tool.version} crashed (exit code {done.code}): {lines[0][:300]}\n"
            "  do this:  free some memory if that is what it lacks, else try another version"
        )
    return _answers(play, asked, read(done.stdout), done.seconds)


def _run(tool: VmalertTool, play: Play, keep: Path | None, patience: float, processes: Processes) -> Done:
    try:
        with tempfile.TemporaryDirectory(prefix="dashgen-vmalert-") as scratch:
            folder = keep or Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            write(play, folder)
            arguments = ("unittest", "--disableAlertgroupLabel", "--files", TEST)
            done = processes.run(tool.path, arguments, folder, Path(scratch), patience)
            if keep:
                (keep / OUTPUT).write_text(f"{done.stdout}\n{done.stderr}", encoding="utf-8")
            return done
    except OSError as error:
        raise MachineError(f"cannot write {_NAME}'s files: {error.filename}: {error.strerror or error}") from error


def _answers(play: Play, asked: Play, output: Output, seconds: float) -> Answers:
    if output.failures:
        first = output.failures[0]
        raise EvaluationError(first.rule, first.at, first.message)
    if output.refused:
        what = "the rules" if output.refused.startswith("failed to parse `rule_files`") else "what is played"
        raise RefusedError(what, output.refused, _NAME)
    if (len(output.samples), len(output.firing)) != (len(play.questions) + 1, len(asked.alerts)):
        raise MachineError(
            f"{_NAME} answered {len(output.samples)} of {len(play.questions) + 1} questions about queries and "
            f"{len(output.firing)} of {len(asked.alerts)} about alerts; report a bug in dashgen"
        )
    if not output.samples[len(play.questions)]:
        raise RefusedError("what is played", "it stores at most 32 MiB of samples for a test, and this is more", _NAME)
    firing = {question: output.firing[number] for number, question in enumerate(asked.alerts)}
    return Answers(
        tuple(output.samples[number] for number in range(len(play.questions))),
        tuple(firing[question] for question in play.alerts),
        seconds,
    )
