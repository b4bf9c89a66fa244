"""What dashgen writes, looked at with a server that has what a spec needs: nothing but what is really missing."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashgen.batch.one import build_one
from dashgen.lint.assuming import of_spec
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint
from dashgen.spec.load import load_specs
from dashgen.testing.promtool.output import parse_labels
from tests.dashboards.hybrid import everything, hybrid
from tests.lint.server import FakeLive

MISSING = {
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "vllm:e2e_request_latency_seconds_bucket",
    "vllm:request_generation_tokens_bucket",
    "vllm:request_prompt_tokens_bucket",
}
"""What the series of the other tests leave out."""


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    found = defaultdict(list)
    for selector in everything():
        labels = dict(parse_labels(selector)[0])
        found[labels.pop("__name__")].append(labels)
    return found


def looked(folder: Path, live: FakeLive) -> list[Finding]:
    spec = hybrid().model_dump(mode="json", by_alias=True, exclude_unset=True)
    (folder / "t.yaml").write_text(yaml.safe_dump(spec))
    (loaded,) = load_specs([folder / "t.yaml"])
    files = build_one(loaded, extensions=False).output.files
    subjects = [each for name in sorted(files) if name.endswith((".json", ".yaml")) for each in read(name, files[name])]
    return lint(subjects, find("live"), of_spec(loaded.spec), live)


def test_only_what_is_missing_is_found_and_records_are_not_there_yet(tmp_path: Path, said: dict[str, Any]) -> None:
    live = FakeLive(said)
    found = looked(tmp_path, live)
    assert {each.name for each in found} == {"live-no-series"}
    assert {each.found.split("`")[1] for each in found} == MISSING
    assert len(live.told) > 50 and all(name.startswith("llm:") for name in live.told)


def test_a_job_that_is_called_otherwise_is_found_where_it_is_read(tmp_path: Path, said: dict[str, Any]) -> None:
    jobs = {each["job"] for each in said["vllm:num_requests_running"]}
    moved = {
        name: [labels | {"job": "elsewhere"} if labels.get("job") in jobs else labels for labels in series]
        for name, series in said.items()
    }
    found = [each for each in looked(tmp_path, FakeLive(moved)) if each.name == "live-no-value"]
    assert found and {each.severity for each in found} == {Severity.ERROR}
    assert all("`elsewhere`, its only value there" in each.expected for each in found)


def test_of_a_part_of_the_data_nothing_is_said_to_be_missing(tmp_path: Path, said: dict[str, Any]) -> None:
    assert looked(tmp_path, FakeLive(said, whole=False)) == []
