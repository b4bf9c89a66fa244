"""Distributions: cumulative buckets, sum and count, in the exporter's unit."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.catalogue.loader import load
from dashgen.errors import InputError
from dashgen.testing.scenario.model import Step
from dashgen.testing.series.distribution import bounds, histogram
from dashgen.testing.series.timeline import lay_out
from tests.testing.series.plays import WHERE, clock, look

BOUNDS = (100, 250, 500, 1000)


def buckets(*each, factor="0.001", limits=BOUNDS):
    stretches = lay_out([Step.model_validate(fields) for fields in each], clock(), None, WHERE)
    return {
        (suffix, le): values for suffix, le, values in histogram(stretches, limits, Decimal(factor), clock(), WHERE)
    }


def test_what_is_observed_at_a_bound_is_below_it():
    shown = buckets({"per_minute": 60, "observe": {0.25: 0.75, 3: 0.25}})
    assert [shown["_bucket", le].split("x")[0] for le in ("100", "250", "1000", "+Inf")] == [
        "0",
        "0+11.1375",
        "0+11.1375",
        "0+14.85",
    ]
    assert shown["_count", ""].startswith("0+14.85x")
    assert shown["_sum", ""].startswith(f"0+{14.85 * (0.75 * 250 + 0.25 * 3000)}x")


@pytest.mark.parametrize("value", [0.3, 0.7, 1.1, 2.2, 0.57, 0.0029])
def test_decimals_do_not_slip_over_a_bound(value):
    limit = float(Decimal(str(value)) * 1000)
    assert (
        buckets({"per_minute": 60, "observe": {value: 1}}, limits=(limit,))["_bucket", f"{limit:.15g}"] == "0+14.85x48"
    )


def test_promtool_sees_the_quantile():
    shown = buckets({"per_minute": 60, "observe": {0.05: 0.5, 0.4: 0.5}})
    series = {f'm_bucket{{le="{le}"}}': values for (suffix, le), values in shown.items() if suffix == "_bucket"}
    median, p75 = (f"histogram_quantile({q}, rate(m_bucket[5m]))" for q in (0.5, 0.75))
    assert [answer[0][1] for answer in look(series, median, p75)] == pytest.approx([100, 375])


def test_what_was_observed_goes_on_until_something_else_is():
    shown = buckets({"per_minute": 60, "observe": {0.05: 1}, "for": "1m"}, {"per_minute": 120})
    assert shown["_bucket", "100"] == shown["_count", ""]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"per_minute": 60, "observe": {0.1: 0.5}}, "shares of observations that add up to 0.5"),
        ({"per_minute": 60, "observe": {0.1: 1.5, 0.2: -0.5}}, "shares"),
        ({"per_minute": 60}, "60 observations a minute, and nothing that is observed"),
    ],
)
def test_shares_have_to_make_sense(wrong, message):
    with pytest.raises(InputError, match=message):
        buckets(wrong)


def test_nothing_observed_is_no_mistake_while_nothing_comes():
    assert buckets({"per_minute": 0})["_bucket", "+Inf"] == "0x48"


def test_bounds_by_model_end_where_the_model_does():
    metric = load("vllm").find("vllm:request_prompt_tokens")[0]
    assert bounds(metric, 4096) == (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
    assert bounds(metric, None)[-1] == 100000


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6, unique=True), st.floats(0, 1e5))
def test_buckets_are_cumulative_and_all_is_below_the_last(values, rate):
    shown = buckets({"per_minute": rate, "observe": {value: 1 / len(values) for value in values}}, factor="1")
    slopes = [
        float(text.partition("+")[2].split("x")[0] or 0) if "+" in text else 0.0
        for (suffix, _), text in shown.items()
        if suffix == "_bucket"
    ]
    assert all(below <= above * (1 + 1e-12) for below, above in pairwise(slopes))
    assert slopes[-1] == pytest.approx(rate * 0.2475)
