"""Every report of one run as it is written, to be read as well as compared.

After a change that is meant, ``python -m tests.lint.report.test_golden`` writes them again; read the difference.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dashgen.cli.color import Color
from dashgen.cli.console import Output
from dashgen.lint.report.registry import FORMATS
from tests.lint.report.sample import COUNTED, FOUND, NEW, NOTHING

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {
    "text.txt": ("text", FOUND, False, Color.NEVER),
    "text-quiet.txt": ("text", FOUND, True, Color.NEVER),
    "text-coloured.txt": ("text", FOUND, False, Color.ALWAYS),
    "text-nothing.txt": ("text", NOTHING, False, Color.NEVER),
    "text-new.txt": ("text", NEW, False, Color.NEVER),
    "text-counted.txt": ("text", COUNTED, False, Color.NEVER),
    "concise.txt": ("concise", FOUND, False, Color.NEVER),
    "concise-quiet.txt": ("concise", FOUND, True, Color.NEVER),
    "github.txt": ("github", FOUND, False, Color.NEVER),
    "run.json": ("json", FOUND, False, Color.NEVER),
    "run.sarif": ("sarif", FOUND, False, Color.NEVER),
    "gitlab.json": ("gitlab", FOUND, False, Color.NEVER),
    "junit.xml": ("junit", FOUND, False, Color.NEVER),
}


def written(name):
    format_, report, quiet, color = REPORTS[name]
    stream = io.StringIO()
    output = Output(color, stream)
    for line in FORMATS.lines(format_, report, quiet=quiet):
        output.line(*line)
    return stream.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_as_they_were_read(name):
    assert written(name) == (GOLDEN / name).read_text("utf-8")


def test_there_is_one_of_every_format():
    assert {each[0] for each in REPORTS.values()} == set(FORMATS.names())


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_known_as_ours(name):
    if REPORTS[name][3] is Color.NEVER:
        assert FORMATS.is_report(written(name).encode())


@pytest.mark.parametrize("text", ["", "{}", '{"a": 1}', "groups:\n", "# notes\n", "[1]", "error: x\n", "a: 1\n"])
def test_files_of_others_are_not(text):
    assert not FORMATS.is_report(text.encode())


@pytest.mark.parametrize("format_", FORMATS.names())
def test_formats_of_programs_are_ascii_and_nothing_has_control_characters(format_):
    text = "\n".join(line.text for line in FORMATS.lines(format_, FOUND))
    if format_ in ("json", "sarif", "gitlab", "junit"):
        assert text.isascii()
        assert not set(text) & set("\x00\x1b")


if __name__ == "__main__":
    for each in REPORTS:
        (GOLDEN / each).write_text(written(each), "utf-8")
