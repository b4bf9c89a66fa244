"""Text for people, coverage, and what all formats share."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given

from dashgen.errors import InputError
from dashgen.report.line import plain
from dashgen.testing.report import coverage, failure, registry
from dashgen.testing.results import Covered
from tests.testing.report.sample import FAILED, GOOD, LATE
from tests.testing.report.texts import TEXT, run_of


def test_a_format_is_a_file():
    assert registry.formats() == ("github", "json", "junit", "text")


def test_an_unknown_format_is_named():
    with pytest.raises(InputError, match="unknown format 'xml'"):
        registry.lines("xml", GOOD)


@pytest.mark.parametrize("name", registry.formats())
def test_plain_reports_do_not_load_rich(name):
    script = f"""
import sys, io
from dashgen.cli.color import Color
from dashgen.cli.console import Output
from dashgen.testing.report import registry
from tests.testing.report.sample import FAILED
output = Output(Color.NEVER, io.StringIO())
for line in registry.lines({name!r}, FAILED):
    output.line(*line)
assert not [name for name in sys.modules if name.partition(".")[0] == "rich"]
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@given(text=TEXT)
def test_no_text_breaks_out_of_its_line_but_where_lines_are_meant(text):
    """Names and places are one line; only expressions and what is expected may be several."""
    for line in registry.lines("text", run_of(text)):
        assert "\n" not in line.text


def test_series_that_fed_it_are_few_and_the_rest_is_counted():
    found = plain(failure.lines(LATE))
    assert found.count("vllm:num_requests_waiting{job") == 6 + 1
    assert found.endswith("and 2 more")


def test_quiet_is_failures_and_the_verdict():
    said = plain(registry.lines("text", FAILED, quiet=True))
    for text in ("FAIL kv saturation / ramp [chat]", "all hold" if not FAILED.failures else "2 failed"):
        assert text in said
    for text in ("warning:", "Coverage", "promtool 2.42"):
        assert text not in said
    assert len(list(registry.lines("text", GOOD, quiet=True))) == 1


@pytest.mark.parametrize(
    ("found", "all_of", "said"), [(0, 3, "0 %"), (2, 3, "66 %"), (999, 1000, "99 %"), (3, 3, "100 %"), (0, 0, "100 %")]
)
def test_a_hundred_percent_is_all_of_it(found, all_of, said):
    assert coverage.percent(found, all_of) == said


def test_a_spec_without_kinds_has_no_table():
    assert [line.text for line in coverage.lines([Covered("x", {})])] == ["Coverage of x"]
