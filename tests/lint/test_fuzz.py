"""No input is too odd for the whole of lint: a little of ``python -m tests.fuzz``, and what is plainly hostile."""

from __future__ import annotations

import functools
import gc
import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashgen.lint.assume import Assumptions
from dashgen.lint.expression import MAX_LENGTH, Analysis, analyse
from dashgen.lint.finding import LONGEST, Finding, Severity
from dashgen.lint.judge import Judge
from dashgen.lint.positions import locate
from dashgen.lint.project import File, Project
from dashgen.lint.readers.decode import MAX_BYTES
from dashgen.lint.readers.read import read
from dashgen.lint.registry import checks
from dashgen.lint.result import Report
from dashgen.lint.suppress.settings import Settings
from tests.fuzz.inputs import Input, make
from tests.fuzz.look import HangError, look
from tests.fuzz.promql import PIECES, REGEXES, VARIABLES
from tests.fuzz.seeds import Seeds, seeds

TODAY = date(2026, 11, 27)


@functools.cache
def known_seeds() -> Seeds:
    return seeds()


def report(name: str, content: bytes) -> Report:
    return Judge(checks(), Settings(), TODAY).report([Project(Assumptions(), [File(name, content)])])


def rules(expr: str) -> bytes:
    return json.dumps({"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": expr}]}]}).encode()


def of_syntax(expr: str) -> list[Finding]:
    return [each.finding for each in report("a.json", rules(expr)).findings if each.finding.name == "syntax-error"]


@given(number=st.integers(0, 10**9), edits=st.booleans())
def test_no_damaged_file_is_too_odd(number: int, edits: bool) -> None:
    look(make(known_seeds(), 0, number), edits=edits)


@given(
    words=st.lists(st.sampled_from((*PIECES, *VARIABLES, " ")), max_size=40), kind=st.sampled_from(["rule", "panel"])
)
@example(words=["9" * 400 + "m"], kind="rule")
@example(words=["0x" + "F" * 400], kind="rule")
@example(words=["rate(x[5m]) == 1e999"], kind="rule")
def test_no_expression_is_too_odd(words: list[str], kind: str) -> None:
    expr = "".join(words)
    board = {"title": "A", "panels": [{"type": "stat", "id": 1, "targets": [{"expr": expr}]}]}
    look(Input("a.json", rules(expr) if kind == "rule" else json.dumps(board).encode()), edits=True)


def test_inputs_are_the_same_every_time() -> None:
    # One that is printed has to be the one that fails.
    first, second = ([hash(make(known_seeds(), 3, number)) for number in range(50)] for _ in range(2))
    assert first == second and len(set(first)) == 50


def test_what_takes_too_long_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.look.SECONDS", 0.05)
    monkeypatch.setattr("tests.fuzz.look._reports", lambda _: [time.process_time() for _ in iter(int, 1)])
    with pytest.raises(HangError):
        look(Input("a.json", rules("up")), edits=False)


def test_a_file_of_more_than_50_mb_is_one_message() -> None:
    (found,) = report("a.json", b" " * (MAX_BYTES + 1)).findings
    assert (found.finding.name, found.finding.found) == ("syntax-error", "a file of 50 MB")
    assert found.finding.expected == "at most 50 MB"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'{"panels": [' + b'{"type": "stat"},' * (49_000_000 // 17)),
        ("a.yaml", b"- x\n" * 600_000),
        ("a.yaml", b"a: {" + b"x," * 600_000),
    ],
    ids=["JSON", "YAML", "one line"],
)
def test_a_file_of_too_many_values_is_one_message(name: str, content: bytes) -> None:
    began = time.process_time()
    (found,) = report(name, content).findings
    assert "more than 500,000 values" in found.finding.found
    assert time.process_time() - began < 10


@pytest.mark.parametrize("pattern", REGEXES, ids=lambda pattern: pattern[:30])
def test_a_hostile_regular_expression_is_at_most_one_message(pattern: str) -> None:
    value = pattern.replace("\\", "\\\\")
    expr = f'sum(rate(up{{job=~"{value}", pod!~"{value}"}}[5m])) / on(job) up{{job=~"{value}"}}'
    began = time.process_time()
    found = of_syntax(expr)
    assert time.process_time() - began < 2
    assert len(found) <= 1
    assert all(len(each.found) < 300 and "\n" not in each.found for each in found)


def test_what_re2_refuses_is_said() -> None:
    (found,) = of_syntax('up{job=~"((a{100}){100}){100}"}')
    assert found.found.startswith("a regular expression that cannot be compiled")


@pytest.mark.parametrize(
    "expr",
    [
        '"' + '\\"' * (MAX_LENGTH // 2 - 2),
        "1" * (MAX_LENGTH - 2) + "x",
        "${x" * (MAX_LENGTH // 3),
        "[[x" * (MAX_LENGTH // 3),
        "`" * (MAX_LENGTH - 1),
        "(" * (MAX_LENGTH - 1),
        "-" * (MAX_LENGTH - 1),
        "a" + " + a" * 5000,
        "a" + " + a" * 5001,
    ],
    ids=["quotes", "digits", "variables", "old variables", "backticks", "parentheses", "signs", "chain", "long"],
)
def test_a_hostile_expression_is_one_message(expr: str) -> None:
    began = time.process_time()
    (found,) = of_syntax(expr)
    assert time.process_time() - began < 2
    assert len(found.found) <= LONGEST


def test_a_finding_quotes_no_more_than_anybody_reads() -> None:
    (found,) = read("a.json", '{"panels": []}')
    said = Finding("X001", "x", Severity.ERROR, found.document.at(), "a" * 5000, "b" * LONGEST, "c", "d" * 5000)
    assert [len(each) for each in (said.about, said.found, said.action)] == [LONGEST] * 3
    assert said.about.endswith("a…") and said.found.endswith("b") and said.expected == "c"


def test_trees_are_not_kept_for_good() -> None:
    # Many small objects: with all of them kept each collection of garbage takes seconds.
    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, Analysis) for each in gc.get_objects())

    before = alive()
    for number in range(5000):
        analyse(f"sum(rate(metric_{number}[5m])) / count(up)")
    for number in range(100):
        analyse(f"{' ' * 5000}metric_{number}")
    assert alive() - before <= 2048 + 8


def test_what_is_wrong_keeps_nothing_of_its_parser() -> None:
    error = analyse("sum(rate(x[5m]) by").error
    assert error is not None and error.__traceback__ is None


def test_places_in_one_line_share_its_text() -> None:
    (found,) = read("a.json", '{"panels": [{"title": "a", "type": "b"}]}')
    one, other = (locate(found.document.at("panels", 0, key)) for key in ("title", "type"))
    assert one.column != other.column and one.source is other.source


def test_half_a_character_has_a_size() -> None:
    data: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"annotations": {"a": "\ud800" * 90_000}},
    }
    data["data"] = {"a.json": '{"title": "A", "panels": []}'}
    found = report("a.json", json.dumps(data).encode()).findings
    assert "apply-annotation-too-large" in {each.finding.name for each in found}


def test_numbers_beyond_all_others_are_no_numbers() -> None:
    huge = 10**400
    steps = {"thresholds": {"mode": "absolute", "steps": [{"value": None}, {"value": huge}]}}
    style = {"custom": {"thresholdsStyle": {"mode": "line"}}}
    panels = [
        {"type": kind, "id": huge, "maxDataPoints": huge, "fieldConfig": {"defaults": {**steps, **style}}}
        for kind in ("stat", "timeseries")
    ]
    for panel in panels:
        panel["targets"] = [{"expr": "rate(up[$__rate_interval])", "intervalFactor": huge}]
    look(Input("a.json", json.dumps({"title": "A", "panels": panels}).encode()), edits=True)
