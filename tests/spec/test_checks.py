from __future__ import annotations

import warnings

import pytest

from dashgen.spec.checks.regex import regex_problem
from tests.spec.conftest import SMALLEST, marked, places

MODELS = SMALLEST.index("models:")
SOURCES = SMALLEST.index("sources:")


def with_models(*models):
    return "name: chat\nmodels:\n" + "".join(f"  - {{{model}}}\n" for model in models) + SMALLEST[SOURCES:]


def with_prices(*prices):
    lists = ", ".join(f"{{input: 1, output: 2{price}}}" for price in prices)
    return with_models(f"name: a, route: cloud, prices: [{lists}]")


def with_sources(*sources):
    return SMALLEST[:SOURCES] + "sources:\n" + "".join(f"  - {{{source}}}\n" for source in sources)


CASES = [
    (
        with_sources("kind: vllm, selector: {job: a}", "kind: vllm, name: b, selector: @@{job: a}"),
        'the selector of "vllm" again: its series would be counted twice (the other is at 5:28)',
    ),
    (with_sources("kind: vllm, selector: {job: a}, labels: {model: @@le}"), '"le" for model'),
    (
        with_sources("kind: vllm, selector: {job: a}, labels: {model: x, pod: @@x}"),
        '"x" for pod, and for another label too',
    ),
    (with_models("name: a, route: cloud", "name: @@a, route: local"), 'the name "a" is already the name'),
    (
        with_models("name: a, route: cloud, aliases: [x]", "name: b, route: cloud, aliases: [y, @@x]"),
        'the alias "x" is already the alias of another model (the other is at 3:39)',
    ),
    (with_models("name: a, route: cloud, aliases: [@@b]", "name: b, route: cloud"), 'the alias "b"'),
    (
        with_models("name: a, route: cloud, @@serving: {usd_per_gpu_hour: 2}"),
        'the cloud model "a" has `serving`',
    ),
    (with_models("name: a, route: cloud, @@engine: vllm"), 'the cloud model "a" has `engine`'),
    (with_models("name: a, route: local, engine: @@vlm"), 'unknown engine "vlm"'),
    (
        with_models("name: @@a, route: local").replace("kind: vllm", "kind: app"),
        'no source watches the engine of the local model "a": vllm, the default engine of local models',
    ),
    (with_prices(", from: 2026-01-01", ", from: @@2026-01-01"), "a second price list with `from:"),
    (with_prices("", "").replace(", {input", ", @@{input"), "a second price list with no `from`"),
    (with_prices(", from: 2026-02-01, until: @@2026-02-01"), "`until: 2026-02-01` is not after"),
    (
        with_prices(", until: @@2026-03-01", ", from: 2026-02-01"),
        "prices until 2026-03-01 overlap those from 2026-02-01 (the other is at 3:80)",
    ),
    (
        with_prices(
            ", tiers: [{above_input_tokens: 9, input: 1, output: 1}, {above_input_tokens: @@9, input: 1, output: 1}]"
        ),
        "a second tier above 9 input tokens",
    ),
    (
        with_models("name: a, route: cloud, workload: {namespace: x, pods: @@'a('}"),
        'the regular expression "a(" is not RE2: missing ), unterminated subpattern',
    ),
    (with_sources("kind: @@vlm, selector: {job: a}"), 'unknown source kind "vlm"'),
    (
        with_sources("kind: vllm, selector: {job: a}", "kind: @@vllm, selector: {job: b}"),
        'a second source named "vllm" (the other is at 5:5)',
    ),
    (
        with_sources("kind: vllm, name: x, selector: {job: a}", "kind: app, name: @@x, selector: {job: b}"),
        'a second source named "x"',
    ),
    (with_sources("kind: vllm, selector: {job: a}, version: @@x"), 'the version "x" of vllm: '),
    (with_sources("kind: vllm, selector: {job: a}, version: @@9.1"), 'vllm "9.1" is newer than the newest'),
    (with_sources("kind: vllm, selector: {job: a}, version: @@0.0.1"), 'vllm "0.0.1" is older than the'),
    (with_sources("kind: vllm, selector: {job: a}, variant: @@x"), 'unknown variant "x" of vllm'),
    (
        with_sources("kind: app, selector: {job: a}, variant: @@js-pul"),
        'unknown variant "js-pul" of app',
    ),
    (
        with_sources("kind: vllm, selector: {job: a}, enabled: [@@'vllm:num_request_running']"),
        'unknown metric "vllm:num_request_running" of vllm',
    ),
    (
        with_sources(
            "kind: vllm, selector: {job: a}, enabled: ['vllm:num_requests_running'], "
            "disabled: [@@'vllm:num_requests_running']"
        ),
        '"vllm:num_requests_running" is both enabled and disabled',
    ),
    (
        with_sources("kind: vllm, selector: {job: {not_regex: @@'(a)\\1'}}"),
        'the regular expression "(a)\\1" is not RE2: a backreference `\\1`',
    ),
    (
        SMALLEST.replace("chat", "@@a-very-long-service-name-indeed"),
        "the dashboard uid `llm-a-very-long-service-name-indeed-service-health` is 50 characters long",
    ),
    (SMALLEST + "targets: [@@grafana-jsn]\n", 'unknown target "grafana-jsn"'),
    (SMALLEST + "targets: [grafana-json, @@grafana-json]\n", 'the target "grafana-json" is here a second'),
    (SMALLEST + "hide: [@@cots/x]\n", '"cots/x" in `hide`'),
    (SMALLEST + "hide: [@@cost]\n", '"cost" in `hide`'),
    (SMALLEST + "prometheus: {evaluation_interval: @@6m}\n", "`prometheus.evaluation_interval` is 6m"),
    (SMALLEST + "prometheus: {version: @@2.41.9}\n", "Prometheus 2.41.9"),
    (SMALLEST + "prometheus: {version: @@latest}\n", '`prometheus.version` is "latest"'),
    (
        SMALLEST + "alerts: {errors: {window: @@2m}}\n",
        "`alerts.errors.short_window` is 2m, `window` is 2m",
    ),
    (
        SMALLEST + "alerts: {queue: {window: @@2m}}\nprometheus: {scrape_interval: 1m}\n",
        "`alerts.queue.window` is 2m and the scrape interval 1m",
    ),
    (
        SMALLEST + "alerts: {cost: {min_requests_p95: @@2000}}\n",
        "`min_requests_p95` is 2000, `min_requests_p99` is 1000",
    ),
    (
        SMALLEST + "alerts: {errors: {classes: [timeout, internal, @@timeout]}}\n",
        "the error class `timeout` is here a second time",
    ),
    (SMALLEST + "alerts: {labels: {@@severity: page}}\n", "the label `severity` in `alerts.labels`"),
]


@pytest.mark.parametrize(("text", "found"), CASES, ids=[case[1][:50] for case in CASES])
def test_each_check_reports_one_problem_at_its_place(problems, text, found):
    text, place = marked(text)
    reported = problems(text)
    assert [problem.found[: len(found)] for problem in reported] == [found], reported
    assert places(reported) == [place]
    assert reported[0].expected
    assert reported[0].action


@pytest.mark.parametrize(
    "version", ["0.33", "0.33.0", "'>=0.10, <=0.33'", "'>=0.10'", "'<=0.10'", "0.10 - 0.33", "v0.11.0rc1"]
)
def test_versions_the_catalogue_knows(problems, version):
    assert problems(with_sources(f"kind: vllm, selector: {{job: a}}, version: {version}")) == []


def test_price_lists_may_meet_on_a_day(problems):
    assert problems(with_prices(", until: 2026-02-01", ", from: 2026-02-01")) == []


def test_the_uid_message_says_how_much_to_cut(problems):
    (problem,) = problems(SMALLEST.replace("chat", "a-very-long-service-name-indeed"))
    assert problem.action == "shorten `name` or `grafana.uid_prefix` by 10 characters"


def test_checks_run_on_what_is_left_and_indexes_stay_right(problems):
    text = with_models(
        "name: a, route: cloud",
        "5: x",
        "name: [], route: cloud, aliases: [q]",
        "name: a, route: cloud, serving: {usd_per_gpu_hour: 2}",
    ).replace("  - {5: x}", "  - nonsense")
    assert [(problem.where.line, problem.found[:30]) for problem in problems(text)] == [
        (4, '`models[1]` is "nonsense"'),
        (5, "`models[2].name` is an empty l"),
        (6, 'the name "a" is already the na'),
        (6, 'the cloud model "a" has `servi'),
    ]


@pytest.mark.parametrize(
    "text",
    [
        with_models("name: a, route: local").replace("{kind: vllm, ", "{kynd: vllm, "),
        with_models("name: a, route: local").replace("sources:", "sourcess:"),
        with_models("name: a, route: local").replace("kind: vllm", "kind: 5"),
        with_models("name: a, rote: local, serving: {usd_per_gpu_hour: 1}"),
        with_sources("kind: vllm, nam: x, selector: {job: a}", "kind: vllm, selector: {job: b}"),
        SMALLEST + "alerts: {errors: {short_window: 20m, window: 1hour}}\n",
        SMALLEST + "prometheus: {scrape_interval: 1m}\nalerts: {queue: {windw: 10m}}\n",
        SMALLEST + "prometheus: {scrape_interval: 30}\n",
        with_prices(", from: 1", ""),
    ],
)
def test_nothing_is_reported_that_only_follows_from_another_mistake(problems, text):
    reported = problems(text)
    parts = ("missing", "unknown key", " is 5", "1hour", " is 30", "from` is 1")
    assert all(any(part in problem.found for part in parts) for problem in reported), reported


@pytest.mark.parametrize(
    "text",
    [
        "vllm-.*",
        "a|b",
        "(?i)x",
        "x(?i:y)z",
        "a(?i)b",
        r"\pL\p{Greek}+",
        r"[[:alpha:]_]\z",
        r"\Qa(?=b\E",
        r"[(?=]",
        r"\(?=a",
        r"(?P<a>x)(?<b>y)",
        r"\x{1F600}",
        r"a\++",
        "a{2,1000}",
        "",
        "a+?",
        "[]a]",
    ],
)
def test_re2_expressions_pass(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert regex_problem(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a(?=b)", "lookahead"),
        ("(?<!a)b", "lookbehind"),
        ("(?P<a>x)(?P=a)", "backreference"),
        ("(?>a)", "atomic"),
        ("a++", "possessive"),
        ("a{1001}", "1000 repetitions"),
        ("[", "unterminated character set"),
        ("*", "nothing to repeat"),
        ("a\\Z", "escape"),
        ("\\", "bad escape"),
    ],
)
def test_what_re2_rejects(text, said):
    assert said in (regex_problem(text) or "")
