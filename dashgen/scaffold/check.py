"""Answers are judged by the loader of specs itself: same rules, same words, with the flag as the place."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.scaffold.answers import Answers
from dashgen.scaffold.render import spec_text
from dashgen.spec import Spec


def check(answers: Answers) -> Spec:
    """The example spec of these answers, loaded.

    Raises:
        InputError: with every answer that a spec cannot hold.
    """
    problems = [*_unreadable(answers), *_requirement(answers)]
    if problems:
        raise InputError(problems)
    from dashgen.spec.load import load_specs

    text = spec_text(answers)
    flags = _flag_by_line(text, answers)
    with tempfile.TemporaryDirectory(prefix="dashgen-init-") as folder:
        path = Path(folder) / "spec.yaml"
        path.write_text(text, "utf-8")
        try:
            return load_specs([path])[0].spec
        except InputError as error:
            raise InputError([_at_flag(problem, flags) for problem in error.problems]) from None


def _unreadable(answers: Answers) -> Iterator[Problem]:
    """Bytes of a command line that are no text reach Python as lone surrogates, which YAML cannot hold."""
    from dashgen.spec.words import quote

    for flag, text in answers.flags():
        if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
            yield Problem(Location(flag), f"{quote(text)} is not UTF-8", "UTF-8 text", "check how it was typed")


def _requirement(answers: Answers) -> Iterator[Problem]:
    """One line that is no option: pip would obey `--index-url` and the like."""
    from dashgen.spec.words import quote

    text = answers.requirement
    if not text.strip() or not text.isprintable() or text.lstrip().startswith(("-", "#")):
        yield Problem(
            Location("--requirement"),
            f"{quote(text)} is no requirement",
            "one line that pip can install dashgen from",
            "write for example `dashgen @ git+https://git.example.com/dashgen@v1`",
        )


def _flag_by_line(text: str, answers: Answers) -> dict[int, str]:
    """Line of the spec -> the flag whose answer is there."""
    from dashgen.spec.yaml_source import read_yaml

    document = read_yaml(text, "")
    paths: dict[tuple[str | int, ...], str] = {
        ("name",): "--name",
        ("team",): "--team",
        ("prometheus", "version"): "--prometheus-version",
        ("prometheus", "scrape_interval"): "--scrape-interval",
        ("grafana", "url"): "--grafana-url",
        **{("models", index, "name"): "--model" for index in range(len(answers.models))},
        **{("targets", index): "--target" for index in range(len(answers.targets))},
    }
    return {document.where(path).line: flag for path, flag in paths.items() if document.holds(path)}


def _at_flag(problem: Problem, flags: dict[int, str]) -> Problem:
    flag = flags.get(problem.where.line)
    if flag is None:
        return replace(problem, where=replace(problem.where, file="the example spec"))
    # Nobody sees the file that a second place is in.
    return replace(problem, where=Location(flag), found=re.sub(r" \(the other is at \d+:\d+\)$", "", problem.found))
