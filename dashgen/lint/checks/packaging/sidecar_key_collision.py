"""``sidecar-key-collision``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.resources import Resource, resources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects, mapping, text

_LABEL = "grafana_dashboard"
_FOLDERS = ("grafana_folder", "k8s-sidecar-target-directory", "grafana_dashboard_folder")


@dataclass(frozen=True, slots=True)
class _Key:
    resource: Resource
    folder: str
    key: str
    value: str


class SidecarKeyCollision(Check):
    """The keys of ConfigMaps are file names in one folder: of two with the same name, one is gone.

    Grafana's sidecar writes the values of all labelled ConfigMaps, of every namespace, into one folder, under their
    keys. Two that hold ``dashboard.json`` overwrite each other each time one of them changes, and there is no message.
    A folder annotation keeps them apart; a key that holds the uid of the dashboard does always.

    Bad:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: vllm, namespace: llm, labels: {grafana_dashboard: "1"}}
        data: {dashboard.json: '{"title": "vLLM", "uid": "vllm", "panels": []}'}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: gpu, namespace: gpu, labels: {grafana_dashboard: "1"}}
        data: {dashboard.json: '{"title": "GPU", "uid": "gpu", "panels": []}'}

    Good:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: vllm, namespace: llm, labels: {grafana_dashboard: "1"}}
        data: {vllm.json: '{"title": "vLLM", "uid": "vllm", "panels": []}'}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: gpu, namespace: gpu, labels: {grafana_dashboard: "1"}}
        data: {gpu.json: '{"title": "GPU", "uid": "gpu", "panels": []}'}
    """

    code = "PKG006"
    name = "sidecar-key-collision"
    severity = Severity.ERROR
    example = "file"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at the labelled ConfigMaps of all files."""
        first: dict[tuple[str, str], _Key] = {}
        for each in _keys(files):
            other = first.setdefault((each.folder, each.key), each)
            if other is each or _same_object(other.resource, each.resource) or other.value == each.value:
                continue
            yield self.finding(
                each.resource.place.child("data", each.key).named(),
                each.resource.about,
                f"its key `{each.key}` is also one of {other.resource.about} in {other.resource.document.file}",
                "a name of its own: the sidecar writes both to the same file",
                "name the key after the uid of the dashboard",
            )


def _keys(files: Sequence[Subjects]) -> Iterator[_Key]:
    for subjects in files:
        for resource in resources(subjects.document):
            if resource.kind == "ConfigMap" and _LABEL in resource.labels:
                folder = next((found for name in _FOLDERS if (found := resource.annotations.get(name))), "")
                for key, value in mapping(resource.data.get("data")).items():
                    yield _Key(resource, folder, str(key), text(value))


def _same_object(one: Resource, other: Resource) -> bool:
    """Whether both are the same object, of which one is applied."""
    places = [(each.name, text(each.metadata.get("namespace"))) for each in (one, other)]
    return bool(one.name) and places[0] == places[1]
