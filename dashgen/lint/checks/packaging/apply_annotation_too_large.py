"""``apply-annotation-too-large``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.emit.sizes import CLIENT_SIDE_BYTES, client_side_bytes
from dashgen.lint.check import Check
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.resources import Resource, resources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects

_SYNC_OPTIONS = "argocd.argoproj.io/sync-options"


class ApplyAnnotationTooLarge(Check):
    """``kubectl apply`` keeps a copy of the object in an annotation, and annotations take 256 KiB in all.

    A dashboard of 230 KB as indented JSON is too large for it: "metadata.annotations: Too long". The old dashboard
    stays. Flux applies on the server's side, which needs no copy; Argo CD does when the object says so, and kubectl
    with ``--server-side``.

    Bad:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: dashboard-health}
        data:
          health.json: "<300,000 characters>"

    Good:

        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: dashboard-health
          annotations: {argocd.argoproj.io/sync-options: ServerSideApply=true}
        data:
          health.json: "<300,000 characters>"
    """

    code = "PKG002"
    name = "apply-annotation-too-large"
    severity = Severity.WARNING
    example = "file"

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Adds up what the annotations of each object would take."""
        for resource in resources(subjects.document):
            if _on_the_server(resource):
                continue
            size = client_side_bytes(resource.data)
            if size > CLIENT_SIDE_BYTES:
                yield self.finding(
                    resource.head,
                    resource.about,
                    f"with the copy that `kubectl apply` adds its annotations take {size:,} bytes",
                    f"at most {CLIENT_SIDE_BYTES:,}",
                    "apply it with `--server-side`, and say so to Argo CD with the annotation "
                    f"`{_SYNC_OPTIONS}: ServerSideApply=true`",
                )


def _on_the_server(resource: Resource) -> bool:
    """Whether it says that it is not applied by the client, or is not applied to Kubernetes at all."""
    options = resource.annotations.get(_SYNC_OPTIONS, "").replace(" ", "").split(",")
    api = str(resource.data.get("apiVersion"))
    return "ServerSideApply=true" in options or "Replace=true" in options or api.startswith("dashboard.grafana.app/")
