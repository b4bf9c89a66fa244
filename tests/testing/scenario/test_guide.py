"""rules/README.md: its examples hold on the shipped specs, and its reference is that of the models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashgen.spec.load import find_specs
from dashgen.testing.choose import choose
from dashgen.testing.promtool.find import find
from dashgen.testing.run import run
from dashgen.testing.scenario.load import load_scenarios
from dashgen.testing.scenario.model import Scenario
from dashgen.testing.scenario.reference import reference
from dashgen.testing.subjects import subjects
from tests.promtool import binary

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "rules" / "README.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("guide")
    found = []
    for number, text in enumerate(EXAMPLES):
        found.append(folder / f"{number}.yaml")
        found[-1].write_text(text)
    return found


def test_the_examples_hold(files):
    cases = load_scenarios(files)
    chosen = choose(cases, subjects(find_specs([ROOT / "specs" / "chat.yaml", ROOT / "specs" / "mid-upgrade.yaml"])))
    assert len(EXAMPLES) == 3
    assert chosen.unplayed == ()
    results = run(find(Path(binary())), chosen.prepared, jobs=2)
    assert {result.scenario for result in results} == {case.scenario.name for case in cases}
    assert [(result.name, result.failures) for result in results if result.failures] == []


def test_the_reference_is_that_of_the_models():
    shown = re.search(r"<!-- reference: .*? -->\n(.*?)\n<!-- end -->", GUIDE, re.DOTALL)[1]
    assert shown == reference()


def test_the_reference_has_every_key_of_every_part():
    root = Scenario.model_json_schema()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", reference(), re.MULTILINE)
    assert all(value.strip() for _, value in rows)
    assert sorted(key for key, _ in rows) == sorted(
        key for section in (root, *root["$defs"].values()) for key in section["properties"]
    )


def test_every_link_of_the_guide_leads_to_a_heading():
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in GUIDE.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#(.*?)\)", GUIDE)) <= headings
