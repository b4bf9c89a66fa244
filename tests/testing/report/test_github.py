"""Workflow commands: read the way GitHub's runner reads them."""

from __future__ import annotations

import re

from hypothesis import given

from dashgen.report.line import plain
from dashgen.testing.report import differences, failure, registry
from tests.testing.report.sample import FAILED
from tests.testing.report.texts import TEXT, run_of

MESSAGE = {"%0D": "\r", "%0A": "\n", "%25": "%"}
PROPERTY = MESSAGE | {"%3A": ":", "%2C": ","}


def undone(text, escapes):
    return re.sub("|".join(escapes), lambda match: escapes[match[0]], text)


def commands(run, **options):
    """(command, properties, message) of each annotation."""
    for line in registry.lines("github", run, **options):
        assert "\n" not in line.text
        assert "\r" not in line.text
        if line.text.startswith("::"):
            head, message = line.text[2:].split("::", 1)
            command, inner = head.split(" ", 1)
            properties = dict(part.split("=", 1) for part in inner.split(","))
            yield command, {k: undone(v, PROPERTY) for k, v in properties.items()}, undone(message, MESSAGE)


@given(text=TEXT)
def test_every_text_arrives_as_it_is(text):
    run = run_of(text)
    first, second, warning, notice = commands(run)
    (result,) = run.results
    title = f"{result.name}: {text}"
    place = {"file": text} if text else {}
    assert first == (
        "error",
        {**place, "line": "1", "col": "2", "title": title},
        plain(failure.lines(result.failures[0])),
    )
    assert second == ("error", {**place, "title": title}, plain(failure.lines(result.failures[1])))
    assert warning == ("warning", {"title": "dashgen test"}, text)
    assert notice == ("notice", {"title": "dashgen test"}, differences.counts(run))


def test_quiet_leaves_warnings_out():
    assert {command for command, *_ in commands(FAILED)} == {"error", "warning"}
    assert {command for command, *_ in commands(FAILED, quiet=True)} == {"error"}


def test_the_verdict_comes_last():
    *_, last = registry.lines("github", FAILED)
    assert last.text == "3 cases, 19 assertions: 2 failed with 6 failures (1.5 s)"
