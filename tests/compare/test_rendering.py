"""What the reader gets: a screenful, and markdown in which nothing of the user's means anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.compare import markdown, text
from dashgen.compare.changes import fold_reports
from dashgen.compare.sentences import EVERYTHING, Limits
from dashgen.compare.trees import compare_spec
from tests.compare.sides import TTFT, alert, as_markdown, board, panel, record, row, rules, told, tree

GOLDEN = Path(__file__).with_name("comment.golden.md")
NASTY = ["a`b", "``", "`", "@all", "<script>", "\x1b[31m", "a\nb", "| x |", "\u202e", "{{ $x }}", "", " ", "# 1"]


def release(*, threshold: float, severity: str, window: str, extra: bool) -> dict[str, bytes]:
    """A service before and after a merge request."""
    return tree(
        board(
            row(10, "What users feel"),
            panel(1, "TTFT p95", 'llm:ttft:p95_5m{llm_service="chat"}', threshold=threshold),
            *([panel(2, "Tokens by model", "llm:tokens:rate5m")] if extra else []),
        ),
        rules(
            *(record(f"llm:{name}:rate", f"sum by (model) (rate({name}_total[{window}]))") for name in ("in", "out")),
            *([] if extra else [record("llm:queue:sum", "sum(queue)")]),
            *([record("llm:price", "vector(3)", model="new-model")] if extra else []),
            alert(
                expr=TTFT.replace("> 2", f"> {threshold:g}"), annotations={"summary": f"slower than {threshold:g} s"}
            ),
            alert("LLMErrorRateHigh", "llm:in:rate > 1", severity=severity),
        ),
        alertmanager__yaml=f"route: {severity}",
    )


def test_the_comment_of_a_merge_request():
    before = release(threshold=2, severity="page", window="5m", extra=False)
    after = release(threshold=1.5, severity="ticket", window="10m", extra=True)
    assert as_markdown(before, after) == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("name", NASTY)
def test_names_are_inert_in_markdown(name):
    before = tree(board(panel(1, f"A {name}")), rules(alert(), record("a", model=name)))
    after = tree(board(panel(1, f"B {name}", "x")), rules(alert(labels={"team": name}), record("a", model=f"{name}!")))
    for line in as_markdown(before, after).splitlines():
        outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert not set(outside) & set("`@<|{$\x1b\u202e"), line
        assert line.isprintable()


@given(st.text())
def test_a_code_span_holds_any_text(value):
    span = markdown.span(value)
    fence = re.match("`+", span)[0]
    assert span.isprintable()
    assert span.endswith(fence)
    inside = span[len(fence) : -len(fence)]
    assert inside
    assert fence not in re.findall("`+", inside)


def many(number: int, *, window: int = 0) -> dict[str, bytes]:
    return tree(rules(*(record(f"r{each:03}", f"rate(m[{each + 1 + window}m])") for each in range(number))))


def test_a_screen_is_enough_and_all_shows_the_rest():
    lines = told(many(200), many(200, window=1))
    assert len(lines) < 20
    assert lines[-1] == "… and 192 more (--all shows them)"
    assert len(told(many(200), many(200, window=1), EVERYTHING)) > 200
    assert "- and 192 more: `dashgen diff --all` shows them" in as_markdown(many(200), many(200, window=1))


def test_what_hurts_is_never_left_out():
    before = tree(rules(*(record(f"r{each}", f"m{each}", level="a") for each in range(30))))
    after = tree(rules(*(record(f"r{each}", f"m{each}", **{f"l{each}": "b"}) for each in range(30))))
    assert sum(line.startswith("! ") for line in told(before, after)) == 30


def test_long_expressions_keep_both_ends():
    limits = Limits(code=20)
    assert limits.clipped("a" * 30 + "b" * 30) == "a" * 8 + " … " + "b" * 8
    assert limits.clipped("a\n  b") == "a b"


def test_specs_that_changed_alike_are_one():
    reports = fold_reports([compare_spec(name, many(3), many(3, window=1)) for name in ("chat", "code")])
    assert [report.names for report in reports] == [("chat", "code")]


def test_many_specs_get_a_line_each_and_those_that_hurt_are_shown():
    calm = [compare_spec(f"s{each:02}", many(each + 1), many(each + 1, window=1)) for each in range(30)]
    loud = compare_spec("z", tree(rules(alert())), tree(rules(alert(severity="ticket"))))
    reports = fold_reports([*calm, loud])
    lines = [line for line, _ in text.render(("compared",), (), reports, Limits())]
    assert "z" in lines
    assert "s29: changes: 30 in recorded series (--all, or name the spec)" in lines
    assert (
        any(line.startswith("s29: changes") for line in markdown.render(("compared",), (), reports, Limits())) is False
    )
    assert len(lines) < 70


def test_a_changed_spec_is_shown_before_many_new_ones():
    new = [compare_spec(f"a{each}", None, many(each + 1)) for each in range(9)]
    lines = text.render((), (), fold_reports([*new, compare_spec("z", many(3), many(4))]), Limits())
    assert ("z", "bold") in lines
    assert ("a8: new spec, nothing was there before (--all, or name the spec)", "") in lines


def test_a_new_spec_and_one_that_is_gone():
    side = tree(board(panel(1, "A")), rules(alert(), record("a:b")))
    assert told(None, side) == [
        "chat: new spec, nothing was there before",
        "1 dashboard(s) with 1 panels: Service Health",
        "1 page(s): LLMTimeToFirstTokenHigh",
        "1 recorded name(s)",
    ]
    gone = told(side, None)
    assert gone[0] == "chat: the spec is gone, and with it"
    assert gone[-1].startswith("1 recorded name(s): dashboards or alerts elsewhere")
