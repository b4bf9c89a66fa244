from __future__ import annotations

import pytest
import yaml

from dashgen.emit.registry import render_all, target_names
from dashgen.errors import InputError
from tests.emit.samples import bundle
from tests.specs import spec

KUBERNETES = {"ConfigMap", "GrafanaDashboard", "PrometheusRule", "VMRule"}


def test_it_lists_every_manifest_and_nothing_else_wherever_it_is_named():
    wanted = target_names()
    assert wanted[-1] != "kustomization"
    files = render_all(bundle(), spec(targets=wanted))
    listed = yaml.safe_load(files["kustomization.yaml"])
    assert listed.keys() == {"apiVersion", "kind", "resources"}
    assert (listed["apiVersion"], listed["kind"]) == ("kustomize.config.k8s.io/v1beta1", "Kustomization")
    kinds = {name: yaml.safe_load(files[name])["kind"] for name in listed["resources"]}
    assert set(kinds.values()) == KUBERNETES
    assert listed["resources"] == sorted(set(listed["resources"]))
    others = [name for name in files if name.endswith(".yaml") and name not in {*kinds, "kustomization.yaml"}]
    assert {"rules.yaml", "mimir-rules.yaml"} < set(others)
    assert [name for name in others if yaml.safe_load(files[name]).get("kind") in KUBERNETES] == []


def test_the_order_of_targets_changes_nothing():
    names = ["kustomization", "prometheus-rule", "configmap"]
    one, other = (render_all(bundle(), spec(targets=order)) for order in (names, names[::-1]))
    assert one == other


@pytest.mark.parametrize("others", [[], ["grafana-json", "rule-file", "file-provisioning", "git-sync"]])
def test_nothing_to_list_is_a_mistake_of_the_spec(others: list[str]):
    with pytest.raises(InputError, match="nothing to list"):
        render_all(bundle(), spec(targets=["kustomization", *others]))
