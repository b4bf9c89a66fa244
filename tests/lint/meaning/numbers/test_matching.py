"""Which labels are certain, and which two sides never match."""

from __future__ import annotations

import pytest

from dashgen.lint.expression import analyse
from dashgen.lint.meaning.names.renames import same_metric
from dashgen.lint.meaning.numbers.matching import apart, certain
from dashgen.lint.meaning.records import Record
from dashgen.lint.meaning.world import World
from dashgen.promql.nodes import Binary


@pytest.mark.parametrize(
    ("expr", "labels"),
    [
        ("x", ""),
        ('x{a="1", b=~".+", c=~".*", d!="", e!="2", f=~"$f"}', "a b d"),
        ("vllm:num_requests_waiting", "instance job"),
        ("sum by (a, b) (x)", "a b"),
        ("sum by ($a) (x)", ""),
        ("sum by (a) (sum by (b) (x))", ""),
        ("sum without (job) (vllm:num_requests_waiting)", "instance"),
        ("topk(3, sum by (a) (x))", "a"),
        ('label_replace(sum by (a) (x), "k", "in", "", "")', "a k"),
        ('label_replace(sum by (a) (x), "k", "$1", "a", "(.+)")', "a"),
        ('label_replace(sum by (a) (x), "a", "", "a", "none")', ""),
        ("histogram_quantile(0.9, sum by (le, a) (x_bucket))", "a"),
        ("sum by (a) (x) / on (a) group_left sum by (a, b) (y)", "a"),
        ("sum by (a, b) (x) / on (a) sum by (a) (y)", "a"),
        ("sum by (a, b) (x) or sum by (a) (y)", "a"),
        ("sum by (a) (x) and sum by (b) (y)", "a"),
        ("2 * sum by (a) (x)", "a"),
        ("vector(1)", ""),
    ],
)
def test_certain_labels(expr: str, labels: str) -> None:
    root = analyse(expr).root
    assert root is not None
    assert " ".join(sorted(certain(root, World()))) == labels


def test_recorded_names_have_what_all_their_rules_record() -> None:
    rules = [("sum by (a, b) (x)", frozenset({"k"})), ("sum by (a) (y)", frozenset({"k", "l"}))]
    records = tuple(Record("r:x", expr, labels, "f", "g") for expr, labels in rules)
    root = analyse("r:x").root
    assert root is not None
    assert certain(root, World(records={"r:x": records})) == {"a", "k"}


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ("sum by (a) (x) / sum by (a) (y)", "None"),
        ("sum by (a) (x) / sum(y)", "`a` on the left only"),
        ("sum by (a) (x) / sum by (b) (y)", "`a` on the left only and `b` on the right only"),
        ("sum by (a, b) (x) / ignoring (b) sum by (a) (y)", "None"),
        ("sum by (a) (x) / on () sum by (b) (y)", "None"),
        ("sum by (a) (x) / on (a) sum(y)", "`a` on the left only"),
        ("sum by (a) (x) / on ($a) sum(y)", "None"),
        ("sum by (a) (x) / 3", "None"),
        ("sum by (a) (x) / y", "None"),
        ("rate(y_total[5m]) / sum by (a) (x)", "`instance`, `job` on the left only"),
    ],
)
def test_sides_that_never_match(expr: str, said: str) -> None:
    root = analyse(expr).root
    assert isinstance(root, Binary)
    assert str(apart(root, World())) == said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("vllm:gpu_cache_usage_perc", "vllm:kv_cache_usage_perc", True),
        ("vllm:time_per_output_token_seconds_bucket", "vllm:inter_token_latency_seconds_bucket", True),
        ("vllm:time_per_output_token_seconds_bucket", "vllm:inter_token_latency_seconds_sum", False),
        ("x", "x_total", True),
        ("sglang:num_queue_reqs", "sglang_num_queue_reqs", True),
        ("llm_cost_total", "llm_cost_usd_total", True),
        ("vllm:prompt_tokens_total", "vllm:generation_tokens_total", False),
        ("", "", False),
    ],
)
def test_two_names_of_one_metric(one: str, other: str, same: bool) -> None:
    assert same_metric(one, other, World()) is same
