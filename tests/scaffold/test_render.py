"""Quoting: whatever a user types stays one YAML scalar on its line."""

from __future__ import annotations

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dashgen.scaffold.answers import Served
from dashgen.scaffold.check import check
from dashgen.scaffold.render import quoted
from dashgen.spec.yaml_source import read_yaml
from tests.scaffold.test_repository import answers

# NUL is no text for a spec: its loader says so.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=60)
HOSTILE = (
    "{{ 7*7 }}",
    "{% raw %}",
    "a: b",
    "# no",
    "x #y",
    "no",
    "1e3",
    "0o17",
    "- a",
    "'\"\\",
    "a\nb: c",
    "&a",
    "}, {",
)


def examples(test):
    for text in HOSTILE:
        test = example(text)(test)
    return test


@examples
@given(TEXT)
def test_any_text_reads_back_as_it_was(text: str):
    scalar = quoted(text)
    assert scalar.isascii()
    assert "\n" not in scalar
    for line in (f"k: {scalar} # comment", f"k: [{scalar}]", f"{{k: {scalar}}}"):
        value = yaml.safe_load(line)["k"]
        ours = read_yaml(line, "f").root.data()["k"]
        assert (value, ours) == (([text], [text]) if "[" in line[:4] else (text, text))


@examples
@given(TEXT.filter(bool))
def test_any_text_is_a_model_and_a_team(text: str):
    spec = check(answers("cloud-only", models=(Served(text, "cloud"),), team=text))
    assert (spec.models[0].name, spec.team) == (text, text)
