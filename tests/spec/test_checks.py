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


def serving(models, *sources):
    """Models on vLLM, and their sources."""
    listed = "".join(f"  - {{name: {name}, route: local}}\n" for name in models)
    return f"name: chat\nmodels:\n{listed}sources:\n" + "".join(f"  - {{{source}}}\n" for source in sources)


def with_workloads(*pods):
    """Models on vLLM whose workloads are in one namespace."""
    return with_models(
        *(f"name: m{n}, route: local, workload: {{namespace: x, pods: {text}}}" for n, text in enumerate(pods))
    )


CASES = [
    (
        with_sources("kind: app, selector: {job: a}", "kind: @@otel-genai, selector: {job: b}"),
        "otel-genai beside app: two kinds of client that see the same requests (the other is at 5:12)",
    ),
    (
        with_sources("kind: litellm, selector: {job: a}", "kind: @@production-stack-router, selector: {job: b}"),
        "production-stack-router beside litellm: two kinds of gateway that see the same requests",
    ),
    (
        with_sources("kind: vllm, selector: {job: a}, vantage: @@gpu"),
        "vllm with vantage gpu",
    ),
    (
        with_sources("kind: app, selector: {job: a}, role: @@decode", "kind: vllm, selector: {job: b}"),
        "`role: decode` at app, which is no engine",
    ),
    (
        with_sources("kind: dcgm-exporter, selector: {job: a}, model: @@gpt-4o"),
        "`model` at dcgm-exporter, whose series are of every model",
    ),
    (
        with_sources("kind: vllm, selector: {job: a}", 'kind: vllm, name: b, selector: @@{job: {regex: "a|b"}}'),
        (
            "b and vllm both expose vllm:num_requests_running, and their selectors may pick the same series "
            "(the other is at 5:28)"
        ),
    ),
    (
        with_sources(
            'kind: vllm, selector: {job: {regex: "a-.*"}}', 'kind: vllm, name: b, selector: @@{job: {regex: "a.*"}}'
        ),
        (
            "b and vllm both expose vllm:num_requests_running, and their selectors may pick the same series "
            "(the other is at 5:28)"
        ),
    ),
    (
        with_sources("kind: vllm, selector: {job: a}", "kind: production-stack-router, selector: @@{app: b}"),
        (
            "production-stack-router and vllm both expose vllm:num_requests_running, and their selectors may pick the "
            "same series (the other is at 5:28)"
        ),
    ),
    (
        with_models("name: a, route: local, engine: @@keda").replace("kind: vllm", "kind: keda"),
        '"keda" is no engine',
    ),
    (
        with_sources("kind: vllm, selector: {job: a}, role: @@prefill"),
        "a prefill engine without any decode engine",
    ),
    (
        with_sources(
            "kind: vllm, selector: {job: a}, role: @@prefill", "kind: sglang, selector: {job: b}, role: unified"
        ),
        "a prefill engine without any decode engine of kind vllm",
    ),
    (
        serving(
            ("x", "y"),
            "kind: vllm, name: p, selector: {job: a}, role: @@prefill, model: x",
            "kind: vllm, name: d, selector: {job: b}, role: decode, model: x",
            "kind: vllm, name: q, selector: {job: c}, role: decode, model: y",
        )
        .replace("@@prefill, model: x", "prefill, model: x")
        .replace("decode, model: y", "@@decode, model: y"),
        "a decode engine without any prefill engine of kind vllm for the model y",
    ),
    (
        serving(
            ("x", "y"),
            "kind: vllm, name: p, selector: {job: a}, role: prefill, model: x",
            "kind: @@vllm, name: d, selector: {job: b}, role: decode",
        ),
        "sources of kind vllm have the roles decode, prefill, and 2 models are served by this kind",
    ),
    (
        serving(
            ("x", "y"),
            "kind: vllm, name: p, selector: {job: a}, role: prefill, model: x",
            "kind: vllm, name: d, selector: {job: b}, role: decode, model: x",
            "kind: @@vllm, name: u, selector: {job: c}",
        ),
        "sources of kind vllm have the roles decode, prefill, unified, and 2 models",
    ),
    (
        with_sources("kind: dcgm-exporter, selector: {job: a}, histograms: @@native"),
        "native histograms of dcgm-exporter, which has no histograms",
    ),
    (
        with_sources("kind: dcgm-exporter, selector: {job: a}, vantage: @@engine"),
        "dcgm-exporter with vantage engine",
    ),
    (
        with_sources("kind: app, selector: {job: a}", "kind: litellm, selector: {job: b}, vantage: client").replace(
            "kind: litellm", "kind: @@litellm"
        ),
        "litellm beside app: two kinds of client",
    ),
    (
        with_sources("kind: dcgm-exporter, selector: {job: a}, model: @@unknown"),
        "`model` at dcgm-exporter, whose series are of every model",
    ),
    (
        with_sources("kind: keda, selector: {job: a}, role: @@decode"),
        "`role: decode` at keda, which is no engine",
    ),
    (
        with_models("name: a, route: local, engine: @@litellm").replace("kind: vllm", "kind: litellm"),
        '"litellm" is no engine',
    ),
    (with_workloads("qwen-.*", "@@qwen-.*"), '"qwen-.*" of "m1" and "qwen-.*" of "m0" match the same pods'),
    (with_workloads("qwen-.*", "@@qwen-big-.*"), '"qwen-big-.*" of "m1" and "qwen-.*" of "m0" match the same pods'),
    (with_workloads("'qwen-big-[0-9]+'", "@@qwen-.*"), '"qwen-.*" of "m1" and "qwen-big-[0-9]+" of "m0" match'),
    (with_workloads("a-0", "b|@@a-.*").replace("b|", ""), '"a-.*" of "m1" and "a-0" of "m0" match the same pods'),
    (with_workloads("x|a-.*", "@@b|a-b"), '"b|a-b" of "m1" and "x|a-.*" of "m0" match the same pods'),
    (with_workloads("x-.*", "@@.*"), '".*" of "m1" and "x-.*" of "m0" match the same pods'),
    (
        with_models("name: a, route: local, workload: {namespace: n, pods: p, @@scaled_object: so}"),
        'the ScaledObject "so" has no effect: no source knows it',
    ),
    (
        serving(
            ("x, workload: {namespace: n, pods: p, @@scaled_object: so}",),
            "kind: vllm, name: p, selector: {job: a}, role: prefill",
            "kind: vllm, name: d, selector: {job: b}, role: decode",
            "kind: keda, selector: {job: keda}",
        ),
        'one ScaledObject of "x", which is served by engines with `role: prefill`',
    ),
    (
        with_sources("kind: vllm, selector: {job: a}, histograms: @@native"),
        "native histograms, and Prometheus is 2.42",
    ),
    (
        with_sources("kind: app, selector: {job: a}, model: @@z"),
        'the source is of the model "z", which the spec does not have',
    ),
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
    (
        SMALLEST + "lint: {ignore: [{check: a, panel: @@cots/x, reason: why it is so}]}\n",
        '"cots/x" in `lint.ignore`',
    ),
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


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a", "b"),
        ("a", "{not_equals: a}"),
        ("a", "{not_regex: a|b}"),
        ("a-1", "{regex: 'b-.*'}"),
        ("{regex: 'a-.*'}", "{regex: 'b-.*'}"),
        ("{regex: 'a-.*'}", "{not_regex: 'a-.*'}"),
        ("{regex: a|b}", "{regex: c|d}"),
        ("{regex: a|b}", "{regex: '[cd]'}"),
        ("{regex: 'a|b-.*'}", "{regex: 'c.*|ba'}"),
        ("{regex: 'vllm\\.a.*'}", "{regex: vllm-a.*}"),
        ("{regex: 'ab*'}", "{regex: c}"),
    ],
)
def test_selectors_that_cannot_overlap(problems, one, two):
    sources = (f"kind: vllm, name: s{n}, selector: {{job: {each}}}" for n, each in enumerate((one, two)))
    assert problems(with_sources(*sources)) == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a", "{not_equals: b}"),
        ("a", "{regex: 'a|b'}"),
        ("{not_equals: a}", "{not_equals: b}"),
        ("{regex: 'a-.*'}", "{regex: 'a-b.*'}"),
        ("{regex: 'a|b'}", "{regex: 'b|c'}"),
        ("{regex: '(a|b)-.*'}", "{regex: 'c-.*'}"),
        ("{regex: 'ab*c'}", "{regex: 'ac.*'}"),
        ("{regex: 'x(a|b)'}", "{regex: 'xa'}"),
        ("{regex: '(?i)a.*|B.*'}", "{regex: 'b.*'}"),
        ("{regex: '\\Qa+\\E?.*'}", "{regex: 'a-.*'}"),
        ("{regex: 'a-.*'}", "{not_regex: 'a-b'}"),
    ],
)
def test_selectors_that_may_overlap(problems, one, two):
    sources = (f"kind: vllm, name: s{n}, selector: {{job: {each}}}" for n, each in enumerate((one, two)))
    (problem,) = problems(with_sources(*sources))
    assert "s1 and s0 both expose vllm:num_requests_running" in problem.found


def test_overlaps_name_a_metric_of_the_versions_that_run(problems):
    def found(version):
        sources = (
            f"kind: vllm, selector: {{job: a}}, version: {version}",
            "kind: production-stack-router, selector: {app: b}",
        )
        (problem,) = problems(with_sources(*sources))
        return problem.found

    assert "vllm:num_requests_running" in found("'0.33'")
    assert "vllm:gpu_prefix_cache_hit_rate" in found("0.8.2")  # and no longer in 0.33


@pytest.mark.parametrize(
    "text",
    [
        with_workloads("qwen-.*", "llama-.*"),
        with_workloads("'qwen-[0-9].*'", "qwen-big-.*"),
        with_workloads("qwen-.*", "qwen-.*").replace("namespace: x", "namespace: y", 1),
        with_workloads("'(a|b)-.*'", "c-.*"),
        with_sources("kind: app, selector: {job: a}", "kind: app, name: b, selector: {job: b}"),
        with_sources("kind: app, selector: {job: a}", "kind: litellm, selector: {job: b}"),
        with_sources("kind: vllm, selector: {job: a}, vantage: gateway"),
        serving(
            ("x", "y"),
            "kind: vllm, name: p, selector: {job: a}, role: prefill, model: x",
            "kind: vllm, name: d, selector: {job: b}, role: decode, model: x",
            "kind: vllm, name: u, selector: {job: c}, model: y",
        ),
        serving(
            ("x, workload: {namespace: n, pods: p, scaled_object: so}",),
            "kind: vllm, selector: {job: a}",
            "kind: kube-state-metrics, selector: {job: b}",
        ),
    ],
)
def test_what_fits_together_is_not_reported(problems, text):
    assert problems(text) == []


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
