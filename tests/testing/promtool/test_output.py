"""What promtool prints is read back exactly, whatever labels and annotations hold; promtool itself is the judge."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.errors import MachineError
from dashgen.testing.promtool.ask import Sample, ask
from dashgen.testing.promtool.output import parse_labels, parse_samples, read
from tests.series import selector
from tests.testing.promtool.plays import alert, play

NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text(st.sampled_from('"\\{}=, \n\r\t\x00\x7f\x85\u2028$.*`x'), max_size=20),
    st.sampled_from([', {x="y"}', '"} 1E+00, {a="', "\n        got: nil", "{{ $value }}", "\\", '\\"', "\ufffd", "🦙"]),
)
NAMES = st.sampled_from(["a", "b", "__c", "le"])


@pytest.fixture(scope="module")
def answers(promtool):
    """The label sets and the annotations promtool shows for series with these values of labels."""

    def of(labelled):
        # PromQL takes U+FFFD for broken UTF-8 unless it is escaped.
        series = {selector("m", n=str(n), **each).replace("\ufffd", "\\ufffd"): "1" for n, each in enumerate(labelled)}
        watch = alert(annotations={"a": "{{ $labels.a }}", "n": "{{ $labels.n }}"})
        found = ask(promtool, play(("m", 0), (watch, 0), rules=(watch,), series=series))
        samples = sorted((sample.labels for sample in found.samples[0]), key=lambda labels: int(labels["n"]))
        notes = sorted((firing.annotations for firing in found.firing[0]), key=lambda notes: int(notes["n"]))
        return samples, [each.get("a", "") for each in notes]

    return of


@settings(max_examples=25)
@given(labelled=st.lists(st.dictionaries(NAMES, NASTY), min_size=1, max_size=20))
def test_labels_and_annotations_survive(answers, labelled):
    samples, notes = answers(labelled)
    given_back = [{k: v for k, v in labels.items() if k not in ("n", "__name__")} for labels in samples]
    assert given_back == [{k: v for k, v in labels.items() if v} for labels in labelled]
    assert notes == [labels.get("a", "") for labels in labelled]


def test_every_character_survives(answers):
    characters = [
        chr(n) for n in (*range(0xD800), *range(0xE000, 0x10000), *range(0x1F000, 0x1FA00), 0xE0001, 0x10FFFF)
    ]
    labelled = [{"a": "".join(characters[n : n + 500])} for n in range(0, len(characters), 500)]
    samples, notes = answers(labelled)
    assert [labels["a"] for labels in samples] == notes == [labels["a"] for labels in labelled]


def test_names_of_labels_may_hold_anything_from_promtool_3_on(promtool):
    if promtool.numbers < (3,):
        pytest.skip("names are plain before Prometheus 3")
    series = {'{"my.name", "a\\"}, {=\\n"="b"}': "1"}
    (found,) = ask(promtool, play(('{"my.name"}', 0), series=series)).samples
    assert found == (Sample({"__name__": "my.name", 'a"}, {=\n': "b"}, 1),)


def test_samples():
    shown = '{a="}, {", b="\\u2028"} +Inf, {__name__="m"} 1E-07, {} -Inf, m{a="x"} 5e-324'
    assert parse_samples(shown) == (
        Sample({"a": "}, {", "b": "\u2028"}, math.inf),
        Sample({"__name__": "m"}, 1e-07),
        Sample({}, -math.inf),
        Sample({"__name__": "m", "a": "x"}, 5e-324),
    )
    assert parse_samples("nil") == ()


def test_a_byte_that_is_no_character_is_shown_as_such():
    assert parse_labels('{a="\\xff\\x41\\x7f"}') == ({"a": "\ufffdA\x7f"}, 18)


@given(st.text(st.sampled_from('{}="\\, ax1E+\n')))
def test_anything_else_is_refused_and_does_not_hang(text):
    try:
        parsed = parse_samples(text)
    except (MachineError, ValueError) as error:
        assert isinstance(error, MachineError)
    else:
        assert all(isinstance(each, Sample) for each in parsed)


def test_long_answers_are_read_in_one_pass():
    """A quadratic reader would take minutes."""
    size = 1000
    row = '{__name__="m", a="' + "x\\n" * 100 + '"} 1E+00'
    block = (
        f'    expr: "m\\n# dashgen:%d", time: 1m,\n        exp: {{}} 0E+00\n        got: {", ".join([row] * 50)}\n\n'
    )
    output = read("  FAILED:\n" + "".join(block % n for n in range(size)) + "\n")
    assert len(output.samples) == size
    assert all(len(samples) == 50 for samples in output.samples.values())
