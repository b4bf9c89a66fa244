"""Only what looking again proves is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from dashgen.lint.assume import Assumptions
from dashgen.lint.finding import Edit, Finding
from dashgen.lint.fix.mend import mend
from dashgen.lint.readers.read import UnreadableError, read
from dashgen.lint.registry import checks, known
from dashgen.lint.run import lint
from tests.lint.wrap import around

OLD = "sum(vllm:gpu_cache_usage_perc) + sum(rate(vllm:num_preemptions[5m]))"


def look(texts: Mapping[str, str]) -> Sequence[Finding]:
    found: list[Finding] = []
    subjects = []
    for name, text in texts.items():
        try:
            subjects += list(read(name, text))
        except UnreadableError as error:
            check = known("syntax-error")
            assert check is not None
            found.append(check.finding(error.place, "the file", str(error), "JSON"))
    return [*found, *lint(subjects, checks(), Assumptions())]


def names(texts: Mapping[str, str]) -> set[str]:
    return {each.name for each in look(texts) if each.edits}


def test_every_file_is_mended_and_nothing_else_is_touched() -> None:
    board = around("panel", OLD).replace("${datasource}", "P1809F7CD0C75ACF3")
    texts = {"a.json": board, "b.json": around("panel", "sum(my_metric)")}
    assert {"renamed-metric", "missing-total-suffix", "fixed-datasource"} <= names(texts)
    found = mend(texts, look)
    assert found.texts.keys() == {"a.json"} or names({"b.json": texts["b.json"]})
    new = json.loads(found.texts["a.json"])
    target = new["panels"][0]["targets"][0]
    assert target["expr"] == "sum(vllm:kv_cache_usage_perc) + sum(rate(vllm:num_preemptions_total[5m]))"
    assert target["datasource"]["uid"] == "${datasource}"
    assert not names({**texts, **found.texts}) and not found.kept
    assert {each.name for each in found.findings} >= {"renamed-metric", "missing-total-suffix", "fixed-datasource"}
    untouched = [line for line in board.split("\n") if "vllm:" not in line and "P1809" not in line]
    assert set(untouched) <= set(found.texts["a.json"].split("\n")) | {'  "title": "Example",'}


def test_what_is_mended_stays_so() -> None:
    texts = {"a.json": around("panel", OLD)}
    once = mend(texts, look).texts
    assert mend({**texts, **once}, look).texts == {}


@pytest.mark.parametrize("text", ['"', "null}", "\n}"])
def test_a_change_that_breaks_the_file_is_not_made_and_others_are(text: str) -> None:
    texts = {"a.json": around("panel", OLD)}

    def broken(now: Mapping[str, str]) -> Sequence[Finding]:
        return [
            replace(each, edits=(Edit(each.place.document.at("panels", 0), text),)) if each.code == "CAT006" else each
            for each in look(now)
        ]

    found = mend(texts, broken)
    new = json.loads(found.texts["a.json"])["panels"][0]["targets"][0]["expr"]
    assert new == OLD.replace("gpu_cache_usage_perc", "kv_cache_usage_perc")
    assert {each.name for each in found.kept} == {"missing-total-suffix"}


def test_a_change_that_mends_nothing_is_not_made() -> None:
    texts = {"a.json": around("panel", "rate(vllm:num_preemptions[5m])")}

    def useless(now: Mapping[str, str]) -> Sequence[Finding]:
        found = [each for each in look(now) if each.name == "missing-total-suffix"]
        return [replace(each, edits=(Edit(each.place.document.at("title"), '"Another"'),)) for each in found]

    assert mend(texts, useless).texts == {}
