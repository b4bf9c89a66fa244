from __future__ import annotations

import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dashgen.emit.promql_layout import lay_out
from dashgen.emit.rules_yaml import rule_groups, rules_text
from dashgen.emit.yaml_text import yaml_text
from dashgen.model import Alert, RecordingRule, RuleGroup
from tests.emit.samples import GROUP, alert
from tests.promtool import binary

LONG = (
    'histogram_quantile(0.95, sum by (model, route, le) (llm:ttft_bucket:rate5m{llm_service="chat"})) > 2 '
    "and on (model, route) sum by (model, route) (llm:requests:rate5m) > 0.05"
)
TEXT = st.text(st.characters(codec="utf-8"))


def test_golden():
    assert rules_text([GROUP], "Generated.") == (Path(__file__).parent / "rules.golden.yaml").read_text()


@given(TEXT, TEXT)
@example("\u0085", "a\u0085b\n")
@example('m"\\\n{{ $labels.x }}', " lead\n\ttab ")
@example("- x\n", "a: b # c")
@example("  two\nlines", "x\n\n")
@example("1e3", "y")
@example("\ufeff", "😀")
def test_any_text_survives(one: str, two: str):
    rule = alert(expr=one or "x", summary=two, description=one, labels={"a": two}, annotations={"b": one})
    record = RecordingRule("r", two or "x", {"m": one})
    text = rules_text([RuleGroup("g", (record, rule))])
    assert text.isascii()
    assert yaml.safe_load(text) == {"groups": rule_groups([RuleGroup("g", (record, rule))])}
    assert yaml.safe_load(text)["groups"][0]["rules"][1]["labels"]["a"] == two


@given(TEXT)
def test_layout_of_any_text_keeps_its_words(expr: str):
    assert "".join(lay_out(expr).split()) == "".join(expr.split()) or lay_out(expr) == expr


def test_long_expressions_are_laid_out():
    pretty = lay_out(LONG)
    assert "\n" in pretty
    assert "".join(pretty.split()) == "".join(LONG.split())
    assert "expr: |" in rules_text([RuleGroup("g", (RecordingRule("r", LONG),))])


@pytest.mark.parametrize(
    "expr",
    [
        "x # why\n",
        "x @ 1.0005",
        'x{b="", a=""}',
        "1e-9",
        "sum(x) by (a)",
        "rate(x[$__rate_interval])",
        "not promql (",
    ],
)
def test_what_a_layout_would_change_stays(expr: str):
    long = f"{expr} > {LONG}"
    assert lay_out(long) == long


def test_blanks_in_strings_are_kept():
    expr = LONG.replace("chat", "two  blanks")
    assert "two  blanks" in lay_out(expr)


@pytest.mark.parametrize("value", ["y", "No", "on", "1e3", "0o17", "1_000", "null", "~", "0x1F", ".inf", "12:30", ""])
def test_what_another_parser_reads_as_no_text_is_quoted(value: str):
    assert yaml_text({"a": value}) == f'a: "{value}"\n'


def test_durations():
    rule = rule_groups([RuleGroup("g", (alert(),), timedelta(seconds=90))])[0]
    assert rule["interval"] == "90s"
    assert (rule["rules"][0]["for"], rule["rules"][0]["keep_firing_for"]) == ("2m", "3m")
    bare = rule_groups([RuleGroup("g", (alert(wait=timedelta(0), keep_firing_for=timedelta(0)),))])[0]
    assert {"for", "keep_firing_for"}.isdisjoint(bare["rules"][0])
    assert "interval" not in bare


def test_promtool_accepts(tmp_path: Path):
    names = ['a"b', "a\\b", "a\nb", "a{{b}}", "\u0085", "mödel", "a' b", "  x ", "$model"]
    rules: list[RecordingRule | Alert] = []
    for number, name in enumerate(names):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        expr = (
            f'sum by (model) (rate(x{{model="{quoted}"}}[5m])) > 0.123456789 and on (model) (sum by (model) (y) > 20)'
        )
        rules += [
            RecordingRule(f"r:{number}", expr, {"m": name}),
            alert(f"A{number}", expr=expr, annotations={"b": "é"}),
        ]
    path = tmp_path / "rules.yaml"
    path.write_text(rules_text([GROUP, RuleGroup("names", tuple(rules))], "Generated."))
    done = subprocess.run([binary(), "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SUCCESS: 21 rules found" in done.stdout


def test_long_prose_is_quick():
    started = time.perf_counter()
    yaml_text({"a": "word " * 2000 + "!", "b": "x" * 20_000 + "!", "c": ("a:" * 5000) + "!"})
    assert time.perf_counter() - started < 2
