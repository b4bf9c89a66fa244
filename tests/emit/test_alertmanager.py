"""The Alertmanager configuration, judged by amtool and by a running Alertmanager."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.emit.inhibitions import INHIBITIONS, TARGET_DOWN, TELEMETRY
from dashgen.emit.registry import render
from dashgen.model import RuleGroup
from tests.alertmanager import amtool, running
from tests.alerts.deployments import APP, GPT, QWEN, VLLM, requests, serving, ttft
from tests.alerts.deployments import spec as deployment
from tests.promtool import play
from tests.series import counter
from tests.specs import CLOUD, LOCAL, spec, variety

SPECS = variety()
# A histogram of queue time and none of TTFT: the ticket that stands in for the page.
BLIND = {**VLLM, "disabled": ["vllm:time_to_first_token_seconds"]}


def emitted(spec, bundle=None):
    return render("alertmanager", bundle or assemble(spec), spec)["alertmanager.yaml"]


def every_alert(spec):
    """The bundle of a spec with an alert of every name an inhibition knows, so that each rule is written."""
    bundle = assemble(spec)
    alerts = list(bundle.alerts())
    known = {name for each in INHIBITIONS for name in (*each.causes, *each.effects)}
    more = [replace(alerts[0], name=name) for name in sorted(known - {alert.name for alert in alerts})]
    return replace(bundle, groups=(*bundle.groups, RuleGroup("more", tuple(more)))) if more else bundle


@pytest.fixture(scope="module")
def chat(tmp_path_factory):
    """An Alertmanager that runs what is built for specs/chat.yaml, with every inhibition."""
    spec = SPECS["chat"]
    with running(yaml.safe_load(emitted(spec, every_alert(spec))), tmp_path_factory.mktemp("alertmanager")) as server:
        yield server


@pytest.fixture
def server(chat):
    """The same server with nothing firing."""
    yield chat
    left = [labels for labels in chat.alerts() if labels["alertname"] != "Witness"]
    chat.resolve(*left)


def alert(name, **labels):
    return {"alertname": name, "llm_service": "chat", **labels}


def judged(text, tmp_path):
    file = tmp_path / "alertmanager.yaml"
    file.write_text(text)
    return amtool("check-config", file)


@pytest.mark.parametrize("name", SPECS)
def test_amtool_accepts_it_as_it_stands(name, tmp_path):
    content, said = judged(emitted(SPECS[name]), tmp_path)
    assert content, said
    assert "3 receivers" in said


@pytest.mark.parametrize("receiver", ["page", "ticket"])
def test_the_integration_in_the_comment_works_when_it_is_no_comment(receiver, tmp_path):
    text = emitted(SPECS["chat"])
    example = re.search(rf"below `- name: chat-{receiver}`:\n((?:#   .*\n)+)", text)[1].replace("#   ", "  ")
    filled = text.replace(f"- name: chat-{receiver}\n", f"- name: chat-{receiver}\n{example}")
    assert yaml.safe_load(filled) != yaml.safe_load(text)
    content, said = judged(filled, tmp_path)
    assert content, said


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"severity": "page"}, "chat-page"),
        ({"severity": "page", "alertname": "LLMRequestsQueued", "model": "m", "team": "assist"}, "chat-page"),
        ({"severity": "ticket"}, "chat-ticket"),
        ({"severity": "critical"}, "chat-ticket"),
        ({}, "chat-ticket"),
        ({"severity": "page", "llm_service": "chat-eu"}, "default"),
    ],
)
def test_pages_and_tickets_go_their_ways_and_others_are_left_alone(labels, receiver, tmp_path):
    file = tmp_path / "alertmanager.yaml"
    file.write_text(emitted(SPECS["chat"]))
    pairs = [f"{name}={value}" for name, value in ({"llm_service": "chat"} | labels).items()]
    assert amtool("config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}", *pairs)[0]


def test_a_team_merges_the_services_it_has(tmp_path):
    """What the comment says: routes, receivers and inhibitions of two services behind one root."""
    mine = {"route": {"receiver": "mine", "routes": []}, "receivers": [{"name": "mine"}], "inhibit_rules": []}
    for name in ("chat", "code"):
        part = yaml.safe_load(emitted(spec(name=name)))
        mine["route"]["routes"] += part["route"]["routes"]
        mine["receivers"] += [receiver for receiver in part["receivers"] if receiver["name"] != "default"]
        mine["inhibit_rules"] += part["inhibit_rules"]
    file = tmp_path / "merged.yaml"
    file.write_text(yaml.safe_dump(mine))
    assert amtool("check-config", file)[0]
    for name in ("chat", "code"):
        pairs = [f"llm_service={name}", "severity=page"]
        wanted = f"--verify.receivers={name}-page"
        assert amtool("config", "routes", "test", f"--config.file={file}", wanted, *pairs)[0]


def test_an_outage_of_every_model_is_one_notification_per_alert(server):
    server.fire(
        *(alert("LLMErrorRateHigh", severity="page", model=f"m{n}", route="cloud") for n in range(20)),
        *(alert("LLMGPUMemoryHigh", severity="page", gpu=str(n), node="n") for n in range(8)),
        alert("LLMCostPerRequestDoubled", severity="page", level="service"),
        alert("LLMCostPerRequestDoubled", severity="page", level="model_route", model="m1", route="cloud"),
    )
    sizes = {(receiver, alerts[0]["alertname"]): len(alerts) for receiver, alerts in server.groups()}
    assert sizes == {
        ("chat-page", "LLMErrorRateHigh"): 20,
        ("chat-page", "LLMGPUMemoryHigh"): 8,
        ("chat-page", "LLMCostPerRequestDoubled"): 2,
    }


def test_clusters_are_told_apart(server):
    server.fire(*(alert("LLMRequestsQueued", severity="page", model="m", cluster=name) for name in ("eu", "us")))
    assert len(server.groups()) == 2


QUEUED = alert("LLMRequestsQueued", severity="page", model="m", route="local", namespace="llm")
FAILING = alert("LLMErrorRateHigh", severity="page", model="m", route="local", namespace="web")
SLOW = alert("LLMTimeToFirstTokenHigh", severity="page", model="m", route="local", namespace="web")


@pytest.mark.parametrize("cause", [QUEUED, FAILING])
def test_a_queue_or_errors_explain_slowness_of_the_same_model(server, cause):
    server.fire(cause, SLOW)
    assert server.quiet() == [SLOW]
    server.resolve(cause)
    assert server.quiet() == []


@pytest.mark.parametrize(
    "other", [{"model": "n"}, {"route": "cloud"}, {"cluster": "us"}, {"llm_service": "code"}], ids=str
)
def test_slowness_of_anything_else_still_pages(server, other):
    server.fire(QUEUED, SLOW | other)
    assert server.quiet() == []


def test_labels_that_both_sides_lack_explain_nothing(server):
    """Alertmanager takes them for equal: a queue of no model would silence every alert without a model."""
    values = [{}, {"model": "m"}, {"route": "local"}, {"model": "m", "route": "local"}, {"model": "", "route": "local"}]
    for cause, effect in itertools.product(values, values):
        labels = alert("LLMRequestsQueued", **cause), alert("LLMTimeToFirstTokenHigh", **effect)
        server.fire(*labels)
        whole = cause == effect == {"model": "m", "route": "local"}
        assert bool(server.quiet()) == whole, labels
        server.resolve(*labels)


def test_a_silenced_cause_still_inhibits_as_the_comment_says(tmp_path):
    matchers = [{"name": "alertname", "value": "LLMRequestsQueued", "isRegex": False, "isEqual": True}]
    times = {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2199-01-01T00:00:00Z"}
    with running(yaml.safe_load(emitted(SPECS["chat"])), tmp_path) as server:
        server.ask("/api/v2/silences", {"matchers": matchers, "createdBy": "t", "comment": "t", **times})
        server.fire(QUEUED, SLOW)
        states = {each["labels"]["alertname"]: each["status"] for each in server.ask("/api/v2/alerts")}
    assert states["LLMRequestsQueued"]["silencedBy"]
    assert states["LLMTimeToFirstTokenHigh"]["inhibitedBy"]


@pytest.mark.parametrize(
    ("target", "quiet"),
    [
        ({"job": "vllm-qwen-coder", "namespace": "llm"}, True),
        ({"job": "vllm-qwen-coder", "namespace": "research"}, False),
        ({"job": "vllm-qwen-coder"}, False),
        ({"job": "chat-api"}, False),
        ({"job": "vllm-qwen-coder", "namespace": "llm", "cluster": "us"}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", TARGET_DOWN)
def test_missing_telemetry_is_explained_by_its_own_target_that_is_down(server, name, target, quiet):
    missing = alert(TELEMETRY, severity="ticket", llm_exporter="vllm", model="qwen2.5-coder-32b")
    server.fire({"alertname": name, "severity": "warning", **target}, missing)
    assert server.quiet() == ([missing] if quiet else [])


def test_a_queue_without_a_replica_explains_why_the_engine_is_silent(server):
    missing = alert(TELEMETRY, severity="ticket", llm_exporter="vllm", model="m")
    others = [missing | {"model": "n"}, alert(TELEMETRY, severity="ticket", llm_exporter="app")]
    server.fire(QUEUED, missing, *others)
    assert server.quiet() == [missing]


def test_a_higher_cost_per_request_of_the_service_explains_its_spend(server):
    spend = alert("LLMSpendRateDoubled", severity="ticket")
    dear = alert("LLMCostPerRequestDoubled", severity="page", level="model_route", model="m", route="cloud")
    server.fire(spend, dear)
    assert server.quiet() == []
    server.fire(alert("LLMCostPerRequestDoubled", severity="page", level="service"))
    assert server.quiet() == [spend]


@pytest.mark.parametrize("job", ['a"b', "a\\b", "a\nb", "a|b", ".*", "{a}", "ü, x", "${HOME}", "a=~b", "{{ .x }}"])
def test_a_job_may_be_called_anything(job, tmp_path):
    hostile = spec(name="chat", sources=[{"kind": "app", "selector": {"job": job}}])
    missing = alert(TELEMETRY, severity="ticket", llm_exporter="app")
    with running(yaml.safe_load(emitted(hostile)), tmp_path) as server:
        server.fire({"alertname": "TargetDown", "job": job + "x"}, missing)
        assert server.quiet() == []
        server.fire({"alertname": "TargetDown", "job": job})
        assert server.quiet() == [missing]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@given(text=TEXT)
@settings(max_examples=50)
def test_text_of_the_spec_changes_nothing_but_the_job(text):
    """Title, team, labels and models do not get in; whatever the job is, it is one value."""
    fields = {"title": text, "team": text, "alerts": {"labels": {"who": text}}, "models": [{**CLOUD, "name": text}]}
    assert emitted(spec(**fields)) == emitted(spec())
    written = emitted(spec(sources=[{"kind": "app", "selector": {"job": text}}]))
    assert written.isascii()
    usual = yaml.safe_load(emitted(spec()))
    usual["inhibit_rules"][-1]["source_matchers"][1] = yaml.safe_load(written)["inhibit_rules"][-1]["source_matchers"][
        1
    ]
    assert yaml.safe_load(written) == usual


def test_prefill_engines_are_known_by_their_role():
    (rule,) = yaml.safe_load(emitted(spec(models=[LOCAL], sources=[{**VLLM, "role": "prefill"}])))["inhibit_rules"][-1:]
    assert 'llm_exporter="vllm prefill"' in rule["target_matchers"]


def test_one_target_of_many_models_or_jobs_explains_nothing():
    """A model that lost its series must not be hidden by a pod of another model that is down."""
    two = [LOCAL, {**LOCAL, "name": "llama", "aliases": [], "workload": {"namespace": "llm", "pods": "llama-.*"}}]
    jobs = [VLLM, {**VLLM, "name": "new", "selector": {"job": "vllm-new"}}]
    patterns = [{**VLLM, "selector": {"job": {"regex": "vllm-.*"}}}]
    pods = [{**VLLM, "selector": {"namespace": "llm"}}]
    for fields in (
        {"models": two, "sources": [VLLM]},
        *({"models": [LOCAL], "sources": s} for s in (jobs, patterns, pods)),
    ):
        assert "TargetDown" not in emitted(spec(**fields)), fields
    assert "TargetDown" in emitted(spec(models=[LOCAL], sources=[VLLM]))


@pytest.mark.parametrize("label", ["model", "route", "level", "llm_exporter"])
def test_a_label_that_is_the_same_on_all_alerts_tells_none_apart(label):
    text = emitted(spec(models=[CLOUD, LOCAL], sources=[APP, VLLM], alerts={"labels": {label: "x"}}))
    rules = yaml.safe_load(text).get("inhibit_rules", [])
    assert [rule for rule in rules if label in str(rule)] == []


def test_without_anything_to_inhibit_there_is_no_empty_section(tmp_path):
    bare = spec()
    text = emitted(bare, replace(assemble(bare), groups=()))
    assert "\ninhibit_rules:" not in text
    assert judged(text, tmp_path)[0]


def test_inhibitions_name_alerts_that_exist():
    blind = spec(models=[LOCAL], sources=[BLIND])
    exist = {each.name for made in (*SPECS.values(), blind) for each in assemble(made).alerts()}
    named = {name for each in INHIBITIONS for name in (*each.causes, *each.effects)} | {TELEMETRY}
    assert named - exist == set()


def test_no_ticket_keeps_a_page_quiet():
    for made in SPECS.values():
        severity = {each.name: each.severity for each in assemble(made).alerts()}
        for each in INHIBITIONS:
            causes = {severity[name] for name in each.causes if name in severity}
            effects = {severity[name] for name in each.effects if name in severity}
            assert not ("ticket" in causes and "page" in effects), each


def test_the_alerts_that_prometheus_sends_inhibit_as_meant(tmp_path):
    """From series to inhibition: the labels are those of real rules, not those a test believes in."""
    minutes = 20
    both = deployment(models=[GPT, QWEN], sources=[APP, VLLM])
    local = {"model": "qwen", "route": "local"}
    played = play(
        both,
        ttft((60, minutes, {5000: 1})),
        ttft((60, minutes, {5000: 1}), **local),
        requests(counter((60, minutes))),
        requests(counter((60, minutes)), **local),
        serving(minutes, queue=5),
        groups=["latency", "traffic", "capacity"],
        until=minutes,
    )
    names = ("LLMTimeToFirstTokenHigh", "LLMRequestsQueued")
    sent = [firing.labels for name in names for firing in played.firing(name) if firing.minute == minutes]
    assert len(sent) == 3
    with running(yaml.safe_load(emitted(both)), tmp_path) as server:
        server.fire(*sent)
        quiet = [(labels["alertname"], labels["model"]) for labels in server.quiet()]
    assert quiet == [("LLMTimeToFirstTokenHigh", "qwen")]
