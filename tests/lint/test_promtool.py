"""Our own judgement of PromQL is promtool's, and where it is not promtool has the last word."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashgen.errors import MachineError
from dashgen.lint.assume import Assumptions
from dashgen.lint.assuming import of_options
from dashgen.lint.meaning.grammar import grammar
from dashgen.lint.promtool import Refusal, judge, last_word, newer
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint
from dashgen.promql.functions import Function, Type, aggregations, functions
from dashgen.testing.promtool.find import Promtool, examine
from tests.lint.wrap import around
from tests.promtool import binary

BESIDE = Path(__file__).parents[2] / ".venv/bin/promtool3"
TESTS = Path(__file__).parent / "checks" / "syntax"
SAMPLES: dict[Type, str] = {"vector": "x", "matrix": "x[5m]", "scalar": "1", "text": '"a"', "any": "x"}


def promtools() -> list[Promtool]:
    found = [examine(Path(binary()), "test")]
    return [*found, examine(BESIDE, "test")] if BESIDE.exists() else found


def example(function: Function) -> str:
    return f"{function.name}({', '.join(SAMPLES[each] for each in function.arguments)})"


def test_the_table_of_functions_is_true() -> None:
    table = [*functions().values(), *aggregations().values()]
    for promtool in promtools():
        verdicts = judge([example(each) for each in table], promtool)
        for each in table:
            since, release = each.since, promtool.numbers[:2]
            there = since.first <= release and not (since.removed and since.removed <= release)
            stable = not since.flag or (since.stable is not None and since.stable <= release)
            refusal = verdicts[example(each)]
            if there and stable:
                assert refusal is None, f"{promtool.version} {each.name}: {refusal}"
            elif since.first > release or since.removed:
                assert refusal is not None, f"{promtool.version} has {each.name}"
            if refusal is not None:
                assert newer(example(each), promtool, refusal)


PIECES = {
    "max_over_time(x[1h:5m])": (),
    "x[1h30m] offset 500ms": (),
    "x atan2 y": (),
    "x @ end() offset -5m": (),
    "1_000 * x": ("2.42",),
    "rate(x[300])": ("2.42",),
    "x > 5m": ("2.42",),
    '{"x.y", "a.b"="c"}': ("2.42",),
    "rate(x[5m * 2])": ("2.42", "3.5"),
    "increase(x[5m] anchored)": ("2.42", "3.5"),
    "x / on (a) fill(0) y": ("2.42", "3.5"),
}


@pytest.mark.parametrize("expr", PIECES)
def test_the_table_of_syntax_is_true(expr: str) -> None:
    for promtool in promtools():
        refusal = judge([expr], promtool)[expr]
        short = ".".join(promtool.version.split(".")[:2])
        if short in ("2.42", "3.5"):
            assert (refusal is not None) == (short in PIECES[expr]), refusal
        if refusal is not None:
            assert newer(expr, promtool, refusal)


class Writer:
    """Expressions that are right, and a little wrong, in every place."""

    ATOMS = (
        *("x", 'x{a="b"}', "1", '"s"', '{a=~".+"}', '{a=""}', '{a!~"b|"}', 'x{a=~".*",b!=""}', "x[5m]", "y offset 5m"),
        *("z[5m] offset 1h", r'x{a=~"\\d+"}', r'x{a="\d"}', r"x{a='\''}", 'x{a=~"("}', "0x1f", ".5", "+Inf", "NaN"),
        *("x @ 5", "x @ end()", "x[1h:5m]", "x[1h:]", "$v", 'x{a="$v"}', "x[$__rate_interval]", "{}", "x{}"),
    )
    OPERATORS = ("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<=", "and", "or", "unless", "atan2")
    MATCHINGS = ("", "", "", " on (a)", " ignoring (a)", " on ()", " group_left", " on (a) group_right (c)")
    AROUND = ("({})", "-{}", "{} offset 5m", "{}[5m]", "{}[5m:1m]", "{} @ 3", "{} by (a)", "{},", "{{{}}}", "({}")

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.functions = list(functions().values())
        self.aggregations = list(aggregations().values())

    def expression(self, depth: int) -> str:
        pick, kind = self.random.choice, self.random.random()
        if depth <= 0 or kind < 0.25:
            return pick(self.ATOMS)
        if kind < 0.55:
            function = pick(self.functions)
            return f"{function.name}({', '.join(self.arguments(function, depth))})"
        if kind < 0.75:
            function = pick(self.aggregations)
            by = pick(["", " by (a)", " without (a, b)", " by ()"])
            inner = f"({', '.join(self.arguments(function, depth))})"
            return f"{function.name}{by} {inner}" if kind < 0.65 else f"{function.name}{inner}{by}"
        if kind < 0.95:
            boolean = pick(["", "", " bool"])
            matching = f"{pick(self.OPERATORS)}{boolean}{pick(self.MATCHINGS)}"
            return f"{self.expression(depth - 1)} {matching} {self.expression(depth - 1)}"
        return pick(self.AROUND).format(self.expression(depth - 1))

    def arguments(self, function: Function, depth: int) -> list[str]:
        given = list(function.arguments)
        if self.random.random() < 0.1:
            given = given[1:] if self.random.random() < 0.5 else [*given, "vector"]
        likely = {"vector": 0.0, "matrix": 0.8, "scalar": 0.8, "text": 0.9, "any": 0.0}
        return [SAMPLES[kind] if self.random.random() < likely[kind] else self.expression(depth - 1) for kind in given]


@pytest.mark.parametrize("seed", range(3))
def test_made_up_expressions_are_judged_as_promtool_does(seed: int) -> None:
    writer = Writer(seed)
    texts = [writer.expression(3) for _ in range(1500)]
    for promtool in promtools():
        wrong = []
        for text, refusal in judge(texts, promtool).items():
            if refusal is not None and newer(text, promtool, refusal):
                continue
            ours = grammar(text)
            if not ours.unknown and bool(ours.faults) != (refusal is not None):
                wrong.append((text, refusal, ours.faults))
        # An `@` before a range is refused by us and read by promtool, by accident.
        assert not [each for each in wrong if "@" not in each[0]], promtool.version


def test_the_documented_cases_are_promtools_too() -> None:
    said = yaml.safe_load((TESTS / "syntax_error.yaml").read_text("utf-8"))
    texts = [
        case[kind] for case in said["fail"] for kind in ("panel", "alert") if case.get(kind) and "assume" not in case
    ]
    refused = judge((text for text in texts if not grammar(text).too_large), promtools()[0])
    assert len(refused) > 12 and all(refused.values())


@pytest.mark.parametrize(
    ("expr", "token"),
    [
        ("rate(x)", "x"),
        ('sum(x{a="é😀"}) by (le', "le"),
        ("a\n+\n  nope(x)", "nope"),
        ("sum(rate(x[$__rate_interval])) + $nope bar", "bar"),
        ('x{a="b"} +', "+"),
    ],
)
def test_a_refusal_points_into_the_original(expr: str, token: str) -> None:
    refusal = judge([expr], promtools()[0])[expr]
    assert refusal is not None
    assert expr[refusal.place.start : refusal.place.end] == token


def test_odd_characters_reach_promtool() -> None:
    texts = ['x{a="\x7f\x85\u2028\ufeff\ud800\U0001f600"}', "x # \x00", "'\t' == '", " ", ""]
    verdicts = judge(texts, promtools()[0])
    assert verdicts[texts[0]] is None and verdicts[texts[2]] is not None and len(verdicts) == 3
    assert judge([], promtools()[0]) == {}


def findings(kind: str, text: Any, promtool: Promtool, assume: Assumptions | None = None) -> list[str]:
    subjects = list(read("example", around(kind, text)))
    assume = assume or of_options([])
    found = lint(subjects, find("SYN"), assume)
    return [each.found for each in last_word(found, subjects, assume, promtool)]


def test_what_promtool_takes_is_no_syntax_error() -> None:
    assert grammar("sum(x @ end()[5m])").faults  # a range vector in sum: promtool agrees
    assert grammar("count_over_time(x @ end()[5m])").faults
    assert findings("panel", "count_over_time(x @ end()[5m])", promtools()[0]) == []


def test_what_it_alone_refuses_is_said_in_its_words() -> None:
    # Rust's regular expressions have an operator that RE2 has not.
    expr = 'up{pod=~"[a-z&&[^b]]+(?-u:x)"}'
    assert not grammar(expr).faults
    (said,) = findings("panel", expr, promtools()[0])
    assert said.startswith(f"what promtool {promtools()[0].version} refuses: error parsing regexp")


def test_ours_is_kept_where_both_refuse() -> None:
    assert findings("alert", "rate(up)", promtools()[0]) == ["an instant vector in `rate`"]


def test_what_is_newer_than_promtool_is_not_its_business() -> None:
    oldest = promtools()[0]
    assert findings("panel", "histogram_avg(rate(x[300]))", oldest) == []
    assert findings("panel", "median(up)", oldest, of_options(["flavour=victoriametrics"])) == []
    assert findings("panel", 'sum(count_over_time({a="b"} |= "c" [5m]))', oldest) == []


def test_other_findings_are_left_alone() -> None:
    assert findings("alert", "up > $limit", promtools()[0]) == ["`$limit`, which only Grafana replaces"]
    rules = [{"record": "a-b", "expr": "up"}]
    assert findings("rules", rules, promtools()[0]) == ["the name `a-b`"]


def test_a_promtool_that_does_not_work(tmp_path: Path) -> None:
    tool = tmp_path / "promtool"
    with pytest.raises(MachineError, match="cannot be run"):
        judge(["up"], Promtool(tool, "2.42.0"))
    tool.write_text("#!/bin/sh\necho checking; echo 'unknown flag' >&2; exit 1\n")
    tool.chmod(0o755)
    with pytest.raises(MachineError, match="checked nothing: unknown flag"):
        judge(["up"], Promtool(tool, "2.42.0"))


def test_a_flag_is_no_refusal() -> None:
    refusal = Refusal('function "mad_over_time" is not enabled', grammar("(").faults[0])  # type: ignore[arg-type]
    assert newer("up", promtools()[0], refusal)
