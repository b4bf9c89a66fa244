"""``dashgen explain``: all about one check."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from dashgen.cli import app
from dashgen.lint.docs import documentation
from dashgen.lint.registry import checks
from dashgen.lint.report.explain import lines

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``dashgen explain``."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", "explain", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def test_code_and_name_in_any_case_mean_the_check(run: Run) -> None:
    code, out, err = run("rate-on-gauge")
    assert (code, err) == (0, "")
    assert run("PQL001")[1] == run("pql001")[1] == run("Rate-On-Gauge")[1] == out
    assert out.startswith("PQL001 rate-on-gauge\nerror, promql\n\nA gauge goes up and down")
    for part in (
        "Bad\n\n    rate(DCGM",
        "Good\n\n    deriv(",
        "# dashgen: ignore rate-on-gauge until ",
        "pyproject.toml",
    ):
        assert part in out
    assert "``" not in out


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_all_of_the_documentation_is_told(check) -> None:
    text = "\n".join(line.text for line in lines(check))
    said = documentation(check)
    assert said.title in text and said.why in text
    for block in (*said.bad, *said.good):
        assert all(line.strip() in text for line in block.splitlines())


@pytest.mark.parametrize(
    ("word", "said"), [("rate-on-guage", "did you mean `rate-on-gauge`?"), ("xyzzy", "`dashgen rules` lists them")]
)
def test_what_is_no_check(run: Run, word: str, said: str) -> None:
    code, out, err = run(word)
    assert (code, out) == (2, "") and said in err


def test_a_family_is_no_check(run: Run) -> None:
    assert run("PQL")[0] == 2
