"""promtool's notation: what is let through is what promtool reads."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from dashgen.testing.scenario.checks.notation import problem
from tests.promtool import binary

RIGHT = [
    "0+15x40 _x10 stale 1x5",
    "1 -2 +3 .5 5. 1e3 -1.5e-3",
    "1x0 1+2x0 0x3",
    "10-2x5 1+0.5e1x3 -1-1x2",
    "NaN Inf -Inf +Inf",
    "_ _x1 stale _",
    "  1\n 2\t3  ",
]
WRONG = ["", "  ", "1+2", "_x", "stalex3", "1x", "1X3", "1+-2x3", "one", "1,2", "NaNx2", "Infx2", "1x3x4", "0x1e3"]


def read_by_promtool(values: str, tmp_path) -> bool:
    # It is given them on one line.
    values = " ".join(values.split())
    tests = [{"interval": "1m", "input_series": [{"series": "a", "values": values}], "promql_expr_test": []}]
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": [], "tests": tests}))
    done = subprocess.run(
        [binary(), "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    return done.returncode == 0


@pytest.mark.parametrize("values", RIGHT)
def test_what_promtool_reads(values, tmp_path):
    assert problem(values) is None
    assert read_by_promtool(values, tmp_path)


@pytest.mark.parametrize("values", WRONG)
def test_what_is_wrong(values):
    assert problem(values)


@pytest.mark.parametrize("values", [each for each in WRONG if each.strip()])
def test_what_is_wrong_is_not_read_by_promtool_either(values, tmp_path):
    assert not read_by_promtool(values, tmp_path)


def test_as_many_samples_as_can_be_played():
    assert problem("1x999999") is None
    assert problem("1x999999 2") == "values with 1000001 samples, which is more than 1000000"
    assert "1 of them" not in (problem("_x9999999999") or "")
