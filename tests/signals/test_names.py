"""A model may be called anything: the rules parse and record exactly that name."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashgen.alerts import rule_groups
from tests.alerts.deployments import APP, DCGM, VLLM, engine, requests, spec
from tests.promtool import check_rules, play
from tests.series import constant, counter

NASTY = [
    'quo"te',
    "apos'trophe",
    "back\\slash",
    "trailing\\",
    "$",
    "$1",
    "${model}",
    "$$",
    "{{",
    "}}",
    "{{ $value }}",
    "{{ template }}",
    "new\nline",
    "tab\tand\rreturn",
    "a.b*c+d?e",
    "(group)|[set]{1}^$",
    ".*",
    "\\d+",
    "日本語",
    "émoji 🦙",
    "a,b}c{d=~e",
    "#comment",
    " padded ",
    "`backtick`",
    "\x7f\x01",
    "\u2028\u0085",
    "\ufeffbom",
    "%s%d",
    "+Inf",
    "a/b:c@d",
]
TEXT = st.text(
    st.one_of(
        st.sampled_from('"\\$.{}|^[]()*+?`\n\t1a'), st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    ),
    min_size=1,
    max_size=12,
)


def recorded_exactly(pairs):
    """Every (name, alias) as one cloud model of an app and one local model of vLLM."""
    cloud = [{"name": name, "route": "cloud", "aliases": [alias]} for name, alias in pairs]
    local = [{"name": name, "route": "local", "aliases": [alias]} for name, alias in pairs]
    names = {name for name, _ in pairs}
    seen = [n for pair in pairs for n in pair]
    counters = [requests(counter((60, 11)), "timeout", model=name) for name in seen]
    played = play(spec(cloud, (APP,)), *counters, groups=("traffic",), until=10)
    assert played.query("sum by (model) (llm:requests_client:rate5m)").by("model").keys() == names
    running = [
        {engine("vllm:num_requests_running", model_name=name, pod=f"p{n}"): constant(1, 11)}
        for n, name in enumerate(seen)
    ]
    played = play(spec(local, (VLLM,)), *running, groups=("capacity", "telemetry"), until=10)
    assert played.query("llm:requests_running_engine:sum").by("model") == dict.fromkeys(names, 2)
    assert played.query("llm:telemetry:expected").by("model").keys() == names
    assert not played.query("llm:telemetry:expected unless on (llm_exporter, model) llm:telemetry:present")


def test_nasty_names_are_recorded_exactly():
    recorded_exactly([(name, f"alias of {name}") for name in NASTY])


def test_nasty_aliases_are_merged_exactly():
    recorded_exactly([(f"model {n}", alias) for n, alias in enumerate(NASTY)])


# Without shrinking: every example is a run of promtool, and a failure names what it lost anyway.
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(TEXT, min_size=30, max_size=40, unique=True))
def test_any_name_is_recorded_exactly(texts):
    half = len(texts) // 2
    recorded_exactly(list(zip(texts[:half], texts[half : 2 * half], strict=True)))


def test_annotations_of_any_title_and_model_expand():
    title = 'Chat {{ $labels.nope }} {{ "{{" }} }} $x "q" 🦙'
    model = {"name": 'a{{b}}"$1', "route": "cloud"}
    bad = requests(counter((60, 31)), "timeout", model=model["name"])
    played = play(spec((model,), (APP,), title=title), bad, groups=("traffic",), until=30)
    first = played.firing("LLMErrorRateHigh")[0]
    assert first.labels["model"] == model["name"]
    assert first.annotations["summary"].startswith(f"{title}: requests to {model['name']} (cloud) fail")
    assert "var-model=a%7B%7Bb%7D%7D%22%241" in first.annotations["dashboard_url"]


def test_every_rule_of_nasty_names_is_accepted():
    models = [
        {
            "name": name,
            "route": "local",
            "aliases": [f"x{name}"],
            "context_limit": 4096,
            "workload": {"namespace": name, "pods": "vllm-.*"},
            "serving": {"usd_per_gpu_hour": 2, "reference_throughput": {"input": 9000, "output": 1400}},
        }
        for name in NASTY
    ]
    check_rules(rule_groups(spec(models, (APP, VLLM, DCGM))))
