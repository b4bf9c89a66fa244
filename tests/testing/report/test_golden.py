"""Every report of one run as it is written, to be read as well as compared.

After a change that is meant, ``python -m tests.testing.report.test_golden`` writes them again; read the difference.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dashgen.cli.color import Color
from dashgen.cli.console import Output
from dashgen.testing.report import registry
from tests.testing.report.sample import COMPARED, FAILED, GOOD, NOTHING

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {
    "text.txt": ("text", FAILED, False, Color.NEVER),
    "text-quiet.txt": ("text", FAILED, True, Color.NEVER),
    "text-coloured.txt": ("text", FAILED, False, Color.ALWAYS),
    "text-good.txt": ("text", GOOD, False, Color.NEVER),
    "text-good-quiet.txt": ("text", GOOD, True, Color.NEVER),
    "text-nothing.txt": ("text", NOTHING, True, Color.NEVER),
    "text-compared.txt": ("text", COMPARED, False, Color.NEVER),
    "junit-compared.xml": ("junit", COMPARED, False, Color.NEVER),
    "github-compared.txt": ("github", COMPARED, False, Color.NEVER),
    "run.json": ("json", FAILED, False, Color.NEVER),
    "junit.xml": ("junit", FAILED, False, Color.NEVER),
    "github.txt": ("github", FAILED, False, Color.NEVER),
}


def written(name):
    format_, run, quiet, color = REPORTS[name]
    stream = io.StringIO()
    output = Output(color, stream)
    for line in registry.lines(format_, run, quiet=quiet):
        output.line(*line)
    return stream.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_as_they_were_read(name):
    assert written(name) == (GOLDEN / name).read_text()


def test_there_is_one_of_every_format():
    assert {each[0] for each in REPORTS.values()} == set(registry.formats())


if __name__ == "__main__":
    for each in REPORTS:
        (GOLDEN / each).write_text(written(each))
