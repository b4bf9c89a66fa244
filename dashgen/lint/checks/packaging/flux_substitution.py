"""``flux-substitution``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.resources import Resource, resources
from dashgen.lint.meaning.screen.variables import BUILT_IN, inputs
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects, mapping

_SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)([^}\n]{0,200})\}", re.ASCII)
_NAME_OR_DEFAULT = re.compile(r"(?::?[-=+?].*|)")


class FluxSubstitution(Check):
    """Flux replaces every ``${name}`` in a manifest, also those meant for Grafana and Prometheus.

    With ``postBuild`` in its Kustomization, Flux puts nothing in place of a variable it does not know: the data source
    ``${datasource}`` becomes '', the group ``${1}`` of a ``label_replace`` too, and every panel says that it has no
    data source. ``${__field.labels.model_name}`` is no name to Flux: it refuses the whole Kustomization. An annotation
    keeps Flux away from an object. It is an error when the files at hand have such a Kustomization.

    Bad:

        apiVersion: v1
        kind: ConfigMap
        metadata: {name: dashboard-health}
        data:
          health.json: |
            {"title": "Health", "templating": {"list": [{"name": "datasource", "type": "datasource"}]},
             "panels": [{"type": "timeseries", "datasource": {"uid": "${datasource}"}}]}

    Good:

        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: dashboard-health
          annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}
        data:
          health.json: |
            {"title": "Health", "templating": {"list": [{"name": "datasource", "type": "datasource"}]},
             "panels": [{"type": "timeseries", "datasource": {"uid": "${datasource}"}}]}
    """

    code = "PKG004"
    name = "flux-substitution"
    severity = Severity.INFO
    example = "file"

    def project(self, files: Sequence[Subjects], world: World) -> Iterable[Finding]:
        """Looks at the objects that hold dashboards or rules."""
        certain: bool | None = None
        for subjects in files:
            if not subjects.resource or not (subjects.dashboards or subjects.groups):
                continue
            own = _own(subjects)
            for resource in resources(subjects.document):
                found = None if _left_alone(resource) else self._judge(resource, own)
                if found is not None:
                    certain = _substitutes(files) if certain is None else certain
                    yield replace(found, severity=Severity.ERROR) if certain else found

    def _judge(self, resource: Resource, own: frozenset[str]) -> Finding | None:
        taken = [each for each in _places(resource) if each[1] in own or each[1] in BUILT_IN or each[1].isdecimal()]
        if not taken:
            return None
        refused = next((each for each in taken if not _NAME_OR_DEFAULT.fullmatch(each[2])), None)
        place, name, rest = refused or taken[0]
        what = "refuses the whole Kustomization over" if refused else "puts nothing in place of"
        return self.finding(
            place,
            resource.about,
            f"Flux with `postBuild` {what} `${{{name}{rest}}}`, one of {len(taken)} such places",
            f"the annotation `{_SUBSTITUTE}: disabled`, which keeps Flux away from it",
            "add the annotation",
            _annotated(resource),
        )


def _left_alone(resource: Resource) -> bool:
    """Whether it says so itself, or is nothing that Flux applies."""
    marked = {resource.annotations.get(_SUBSTITUTE), resource.labels.get(_SUBSTITUTE)}
    api = str(resource.data.get("apiVersion"))
    return "disabled" in marked or api.startswith("dashboard.grafana.app/") or ".toolkit.fluxcd.io/" in api


def _own(subjects: Subjects) -> frozenset[str]:
    """The variables of its dashboards; anything else in braces may well be meant for Flux."""
    defined = (variable.name for board in subjects.dashboards for variable in board.variables)
    return frozenset(defined).union(*(inputs(board) for board in subjects.dashboards))


def _places(resource: Resource) -> Iterator[tuple[Place, str, str]]:
    """(place, name, what follows the name) of every variable in braces."""
    todo: list[tuple[Place, object]] = [(resource.place, resource.data)]
    seen: set[int] = set()
    while todo:
        place, value = todo.pop()
        if isinstance(value, str):
            if "${" in value:
                for match in _VARIABLE.finditer(value):
                    yield place.within(match.start(), match.end()), match[1], match[2]
        elif isinstance(value, (dict, list)) and id(value) not in seen:
            seen.add(id(value))
            pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
            todo += [(place.child(key), item) for key, item in reversed(pairs)]


def _substitutes(files: Sequence[Subjects]) -> bool:
    """Whether a Kustomization of Flux among the files replaces variables."""
    return any(
        resource.kind == "Kustomization"
        and ".toolkit.fluxcd.io/" in str(resource.data.get("apiVersion"))
        and bool(mapping(resource.data.get("spec")).get("postBuild"))
        for subjects in files
        for resource in resources(subjects.document)
    )


def _annotated(resource: Resource) -> tuple[Edit, ...]:
    if isinstance(resource.metadata.get("annotations"), dict):
        return (Edit(resource.place.child("metadata", "annotations"), '"disabled"', insert=_SUBSTITUTE),)
    if resource.metadata and "annotations" not in resource.metadata:
        return (Edit(resource.place.child("metadata"), f'{{"{_SUBSTITUTE}": "disabled"}}', insert="annotations"),)
    return ()
