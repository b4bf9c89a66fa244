"""Every target: what it holds is what grafana-json and the rules hold, in a wrapping its reader takes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.emit.dashboards import dashboard_documents
from dashgen.emit.registry import render, render_all, target_names
from dashgen.emit.rules_yaml import rule_groups
from dashgen.errors import InputError
from dashgen.model import Bundle, Panel, Query, RecordingRule, RuleGroup
from dashgen.spec import Spec
from tests.emit.crds import crd_errors, grafana_dashboard_problems, prometheus_rule_problem
from tests.emit.samples import GROUP, alert, board, bundle
from tests.promtool import binary
from tests.specs import APP, CLOUD, LOCAL, VLLM, shipped
from tests.specs import spec as real_spec

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
NASTY = ['a"b', "a\\b", "a${x}b", "{{ $labels.model }}", "a\nb", "mödel 😀", "$datasource", "'", "- x: y # z", "\u0085"]
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DASHBOARD_TARGETS = ("configmap", "grafana-operator", "git-sync", "file-provisioning")
RULE_TARGETS = ("prometheus-rule", "vmrule", "rule-file", "mimir")
RESOURCE_TARGETS = ("configmap", "grafana-operator", "prometheus-rule", "vmrule")


def small(name: str = "chat", **grafana: object) -> Spec:
    return real_spec(name=name, grafana=grafana)


def read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def unwrapped(target: str, files: dict[str, str]) -> dict[str, Any]:
    """uid -> dashboard as Grafana will get it."""
    found: dict[str, Any] = {}
    for name, text in files.items():
        if target == "configmap":
            ((key, value),) = read(text)["data"].items()
            found[key.removesuffix(".json")] = json.loads(value)
        elif target == "grafana-operator":
            document = json.loads(read(text)["spec"]["json"])
            found[document["uid"]] = document
        elif target == "git-sync":
            resource = json.loads(text)
            found[resource["metadata"]["name"]] = {**resource["spec"], "uid": resource["metadata"]["name"]}
        elif name.endswith(".json"):
            document = json.loads(text)
            found[document["uid"]] = document
    return found


def groups(target: str, files: dict[str, str]) -> Any:
    (document,) = map(read, files.values())
    return document["spec"]["groups"] if "spec" in document else document["groups"]


@pytest.fixture(scope="module")
def nasty() -> tuple[Bundle, Spec]:
    """A deployment whose every name holds what some format reads as its own."""
    models = [{**(LOCAL if number % 2 else CLOUD), "name": name, "aliases": []} for number, name in enumerate(NASTY)]
    spec = real_spec(
        name="a-1",
        title=" ".join(NASTY),
        team=NASTY[3],
        models=models,
        sources=[APP, VLLM],
        alerts={"labels": {"note": "".join(NASTY)}},
        grafana={"uid_prefix": "LLM_x", "folder": "".join(NASTY)},
        targets=target_names(),
    )
    return assemble(spec), spec


@pytest.mark.parametrize("target", DASHBOARD_TARGETS)
def test_a_dashboard_is_that_of_grafana_json_whatever_the_names(target: str, nasty: tuple[Bundle, Spec]):
    wanted = {board["uid"]: board for board in dashboard_documents(nasty[0]).values()}
    drop = {"id", "version"} if target == "git-sync" else set()
    meant = {uid: {key: board[key] for key in board.keys() - drop} for uid, board in wanted.items()}
    assert unwrapped(target, render(target, *nasty)) == meant


@pytest.mark.parametrize("target", RULE_TARGETS)
def test_the_rules_are_the_same_whatever_the_names(target: str, nasty: tuple[Bundle, Spec]):
    assert groups(target, render(target, *nasty)) == rule_groups(nasty[0].groups)


def test_all_targets_fit_beside_each_other(nasty: tuple[Bundle, Spec]):
    files = render_all(*nasty)
    names = set(files)
    assert {"cost.json", "git-sync/cost.json", "file-provisioning/llm-x-a-1/cost.json", "configmap-cost.yaml"} <= names
    assert {"rules.yaml", "mimir-rules.yaml", "vmrule.yaml", "prometheus-rule.yaml", "kustomization.yaml"} <= names
    for name, text in files.items():
        if name.endswith((".json", ".yaml")):
            assert text.isascii()
            assert text.endswith("\n") and not text.endswith("\n\n")


@given(TEXT, TEXT)
@example('m"\\\n{{ $labels.x }}', "${x} $y [[z]]")
@example(" lead\n\ttab \n", "\u0085\u2028\ufeff")
def test_any_text_survives_every_wrapping(one: str, two: str):
    panel = Panel("lines", one, two, queries=(Query("A", f"x # {one}".replace("$", ""), legend="x"),))
    group = RuleGroup("g", (RecordingRule("r", "x", {"model": one}), alert(summary=two, annotations={"b": one})))
    made = bundle(dashboards=(board(panel),), groups=(group,))
    spec = small(folder=one[:200])
    for target in DASHBOARD_TARGETS:
        (found,) = unwrapped(target, render(target, made, spec)).values()
        (meant,) = dashboard_documents(made).values()
        assert found == {key: meant[key] for key in found}
    for target in RULE_TARGETS:
        assert groups(target, render(target, made, spec)) == rule_groups([group])
    ((_, text),) = render("configmap", made, spec).items()
    assert read(text)["metadata"]["annotations"]["grafana_folder"] == one[:200]
    assert text.isascii()


def test_the_json_in_yaml_is_a_block_that_reads_back_byte_for_byte(nasty: tuple[Bundle, Spec]):
    meant = {f"{board['uid']}.json": board for board in dashboard_documents(nasty[0]).values()}
    for text in render("configmap", *nasty).values():
        ((key, value),) = read(text)["data"].items()
        assert value == json.dumps(meant[key], sort_keys=True, indent=2)
        block = text.partition(f"{key}: |-\n")[2]
        assert "".join(line[4:] for line in block.splitlines(keepends=True)) == value + "\n"


@pytest.mark.parametrize("target", RESOURCE_TARGETS)
def test_every_resource_is_safe_from_flux_and_says_who_made_it(target: str, nasty: tuple[Bundle, Spec]):
    for text in render(target, *nasty).values():
        metadata = read(text)["metadata"]
        assert metadata["annotations"]["kustomize.toolkit.fluxcd.io/substitute"] == "disabled"
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "dashgen"
        assert text.startswith("# Generated by dashgen from the spec named a-1. Do not edit")


@given(
    st.from_regex(r"^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\Z"),
    st.from_regex(r"^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,10}[a-zA-Z0-9])?\Z"),
)
def test_names_are_dns_labels_for_any_spec(name: str, prefix: str):
    spec = small(name, uid_prefix=prefix)
    made = bundle(name, dashboards=(board(PANEL, uid=spec.dashboard_uid("cost")),))
    for target in RESOURCE_TARGETS:
        for text in render(target, made, spec).values():
            assert DNS_LABEL.fullmatch(read(text)["metadata"]["name"])
    assert DNS_LABEL.fullmatch(read(render("mimir", made, spec)["mimir-rules.yaml"])["namespace"])


PANEL = Panel("lines", "T", "d", queries=(Query("A", "x"),))


def test_prometheus_rule_metadata():
    spec = real_spec(name="chat", namespace="monitoring", rule_labels={"release": "kps"})
    metadata = read(render("prometheus-rule", bundle(), spec)["prometheus-rule.yaml"])["metadata"]
    assert metadata == {
        "annotations": {
            "argocd.argoproj.io/sync-options": "ServerSideApply=true",
            "kustomize.toolkit.fluxcd.io/substitute": "disabled",
        },
        "labels": {"app.kubernetes.io/managed-by": "dashgen", "release": "kps"},
        "name": "llm-chat",
        "namespace": "monitoring",
    }


def test_the_stack_selects_rules_and_dashboards_without_a_setting():
    rule = read(render("prometheus-rule", bundle(), small())["prometheus-rule.yaml"])
    assert rule["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    board = read(render("configmap", bundle(), small())["configmap-cost.yaml"])
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert board["metadata"]["annotations"]["grafana_folder"] == "LLM"
    assert "namespace" not in board["metadata"]


def test_dashboards_go_where_the_rules_go_unless_they_have_a_namespace():
    both = real_spec(namespace="monitoring")
    own = real_spec(namespace="monitoring", grafana={"namespace": "grafana"})
    for target in ("configmap", "grafana-operator"):
        names = [
            read(next(iter(render(target, bundle(), spec).values())))["metadata"]["namespace"] for spec in (both, own)
        ]
        assert names == ["monitoring", "grafana"]


def test_a_grafana_dashboard_has_one_content_one_folder_and_a_selector():
    spec = small(folder="Serving", instance_selector={"team": "ml", "dashboards": "x"})
    resource = read(render("grafana-operator", bundle(), spec)["grafana-dashboard-cost.yaml"])
    assert (resource["apiVersion"], resource["kind"]) == ("grafana.integreatly.org/v1beta1", "GrafanaDashboard")
    assert resource["spec"].keys() == {"allowCrossNamespaceImport", "folder", "instanceSelector", "json"}
    assert resource["spec"]["folder"] == "Serving"
    assert resource["spec"]["instanceSelector"] == {"matchLabels": {"dashboards": "x", "team": "ml"}}


def test_a_git_sync_resource_names_the_uid_once():
    resource = json.loads(render("git-sync", bundle(), small())["git-sync/cost.json"])
    assert resource.keys() == {"apiVersion", "kind", "metadata", "spec"}
    assert resource["metadata"] == {"name": "llm-chat-b"}
    assert resource["spec"].keys().isdisjoint({"uid", "id", "version"})


def test_a_provider_finds_its_files_and_reads_no_environment_variable():
    files = render("file-provisioning", bundle(), small(folder="LLM $HOME", provisioning_path="/srv/boards/"))
    (provider,) = read(files["file-provisioning/llm-chat.yaml"])["providers"]
    assert provider["folder"] == "LLM $$HOME"
    assert provider["options"] == {"path": "/srv/boards/llm-chat", "foldersFromFilesStructure": False}
    assert {"file-provisioning/llm-chat/cost.json"} < files.keys()


def test_mimir_says_which_limits_are_too_low_and_splits_nothing():
    def made(rules: int, groups: int) -> str:
        record = RecordingRule("r", "x")
        many = tuple(RuleGroup(f"g{number}", (record,) * rules) for number in range(groups))
        return render("mimir", bundle(groups=many), small())["mimir-rules.yaml"]

    assert "ruler_max" not in made(20, 70)
    assert "ruler_max_rules_per_rule_group is 21 or more; the default is 20" in made(21, 1)
    assert "ruler_max_rule_groups_per_tenant is 71 or more; the default is 70" in made(1, 71)
    assert list(read(made(21, 2))) == ["namespace", "groups"]
    assert [len(group["rules"]) for group in read(made(21, 2))["groups"]] == [21, 21]


@pytest.mark.parametrize("target", ["rule-file", "mimir"])
def test_promtool_accepts_the_rule_files(target: str, nasty: tuple[Bundle, Spec], tmp_path: Path):
    ((_, text),) = render(target, *nasty).items()
    rules = tmp_path / "rules.yaml"
    rules.write_text(re.sub(r"^namespace: .*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run([binary(), "check", "rules", rules], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"SUCCESS: {sum(len(group.rules) for group in nasty[0].groups)} rules found" in done.stdout


def test_the_operator_takes_every_field_of_our_rules(nasty: tuple[Bundle, Spec]):
    resource = read(render("prometheus-rule", *nasty)["prometheus-rule.yaml"])
    assert prometheus_rule_problem(resource) == ""
    resource["spec"]["groups"][0]["interval"] = "5x"
    assert "should match pattern" in prometheus_rule_problem(resource)
    resource["spec"]["groups"][0] |= {"interval": "5m", "every": "5m"}
    assert prometheus_rule_problem(resource) == "a field the operator does not know"


def test_the_grafana_operator_takes_every_field_of_our_dashboards(nasty: tuple[Bundle, Spec]):
    made = [nasty, *((assemble(spec), spec) for spec in shipped().values())]
    resources = [read(text) for each in made for text in render("grafana-operator", *each).values()]
    assert {resource["kind"] for resource in resources} == {"GrafanaDashboard"}
    assert grafana_dashboard_problems(resources) == [[] for _ in resources]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"instanceSelector": None}, '/spec required {"missingProperty":"instanceSelector"}'),
        (
            {"instanceSelector": {"matchLabels": {"a": 1}}},
            '/spec/instanceSelector/matchLabels/a type {"type":"string"}',
        ),
        ({"json": {}}, '/spec/json type {"type":"string"}'),
        ({"allowCrossNamespaceImport": "yes"}, '/spec/allowCrossNamespaceImport type {"type":"boolean"}'),
        ({"directory": "LLM"}, "/spec/directory is a field the operator does not know"),
    ],
)
def test_the_grafana_operator_refuses_a_dashboard_that_is_broken(fields: dict[str, Any], problem: str):
    resource = read(render("grafana-operator", bundle(), small())["grafana-dashboard-cost.yaml"])
    changed = resource["spec"] | fields
    resource["spec"] = {key: value for key, value in changed.items() if value is not None}
    assert grafana_dashboard_problems([resource]) == [[problem]]


def test_a_vmrule_is_the_prometheus_rule_under_another_name(nasty: tuple[Bundle, Spec]):
    text = render("vmrule", *nasty)["vmrule.yaml"]
    rule = read(render("prometheus-rule", *nasty)["prometheus-rule.yaml"])
    assert "# Experimental:" in text.partition("apiVersion")[0]
    assert read(text) == rule | {"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule"}
    names = [group["name"] for group in rule["spec"]["groups"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("target", [name for name in RESOURCE_TARGETS if name != "configmap"])
def test_a_crd_accepts_every_field(target: str, nasty: tuple[Bundle, Spec]):
    for text in render(target, *nasty).values():
        assert crd_errors(read(text)) == []


def test_rules_an_operator_would_refuse_are_refused_with_advice():
    many = tuple(RecordingRule(f"r{number}", f"x_{'y' * 500}") for number in range(1100))
    made = bundle(groups=(GROUP, RuleGroup("many", many)))
    for target in ("prometheus-rule", "vmrule"):
        with pytest.raises(InputError, match="at most 524,288 bytes") as caught:
            render(target, made, small())
        assert "a spec of its own" in str(caught.value)
    assert render("rule-file", made, small())


def large_board(size: int, char: str = "y") -> Bundle:
    panels = tuple(Panel(f"p{number}", "T", char * 1000, queries=(Query("A", "x"),)) for number in range(size // 1000))
    return bundle(dashboards=(board(*panels, key="cost"),))


def test_a_dashboard_too_large_for_client_side_apply_is_minified_then_marked():
    def made(size: int) -> str:
        return render("configmap", large_board(size), small())["configmap-cost.yaml"]

    readable, minified, marked = made(50_000), made(80_000), made(200_000)
    assert ": |-\n" in readable and "--server-side" not in readable
    assert ": |-\n" not in minified and "--server-side" not in minified
    assert "kubectl apply --server-side" in marked.partition("apiVersion")[0]
    for text, size in ((readable, 50_000), (minified, 80_000), (marked, 200_000)):
        ((_, value),) = read(text)["data"].items()
        assert json.loads(value) == dashboard_documents(large_board(size))["cost"]


@pytest.mark.parametrize("target", ["configmap", "grafana-operator"])
def test_a_dashboard_no_configmap_can_hold_is_refused_with_advice(target: str):
    with pytest.raises(InputError, match="at most 1,048,576 bytes") as caught:
        render(target, large_board(1_100_000), small())
    assert "leave panels out with `hide`" in str(caught.value)
