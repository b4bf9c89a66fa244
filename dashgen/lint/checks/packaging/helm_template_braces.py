"""``helm-template-braces``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from dashgen.lint.check import Check
from dashgen.lint.document import Document, Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects

_FOLDER = "templates"
_ACTION = re.compile(r"\{\{-?\s*((?:\"(?:[^\"\\\n]|\\.){0,500}\"|`[^`]{0,500}`|[^\"`{}]){0,1000})\}\}", re.DOTALL)
_FOR_PROMETHEUS = re.compile(r"\$(?:labels|value|externalLabels|externalURL)\b")
_LEGEND = re.compile(r"([A-Za-z_]\w*)\s*-?")
_HELM_WORDS = frozenset({"end", "else", "break", "continue", "now", "fail"})


class HelmTemplateBraces(Check):
    """Helm reads ``{{ … }}`` in ``templates/`` before Prometheus and Grafana do.

    ``{{ $labels.pod }}`` ends ``helm install`` with "undefined variable", and the legend ``{{model_name}}`` with
    'function "model_name" not defined'. Files that ``.Files.Get`` reads are left as they are; in a template the text
    goes into a string, as in ``{{ "{{" }}``.

    Bad:

        # chart/templates/rules.yaml
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: llm}
        spec:
          groups:
            - name: llm
              rules:
                - {alert: Down, expr: up == 0, annotations: {summary: "{{ $labels.pod }} is down"}}

    Good:

        # chart/templates/rules.yaml
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata: {name: llm}
        spec:
          groups:
            - name: llm
              rules:
                - {alert: Down, expr: up == 0, annotations: {summary: "{{`{{ $labels.pod }}`}} is down"}}
    """

    code = "PKG005"
    name = "helm-template-braces"
    severity = Severity.ERROR
    example = "file"

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at files that Helm reads as templates."""
        document = subjects.document
        if not _is_template(document.file) or "{{" not in document.text:
            return
        found = list(_meant_for_others(document))
        if found:
            place, written = found[0]
            written = " ".join(written.split())
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            yield self.finding(
                place,
                f"{subjects.resource or 'file'} in {_FOLDER}/",
                f"`{written}`{more}, which Helm takes for its own",
                "text in a string of Helm, or a file that `.Files.Get` reads",
                f"write `{{{{`{written}`}}}}`, or move the text out of `{_FOLDER}/`",
            )


def _is_template(file: str) -> bool:
    path = PurePosixPath(file.replace("\\", "/"))
    return _FOLDER in path.parts[:-1] and path.suffix in (".yaml", ".yml", ".json", ".tpl")


def _meant_for_others(document: Document) -> Iterator[tuple[Place, str]]:
    """What in the values of a document Helm would read as an action, and is none of Helm's."""
    todo: list[tuple[Place, object]] = [(document.at(), document.data)]
    seen: set[int] = set()
    while todo:
        place, value = todo.pop()
        if isinstance(value, str):
            if "{{" in value:
                for match in _ACTION.finditer(value):
                    if _foreign(match[1]):
                        yield place.within(match.start(), match.end()), match[0]
        elif isinstance(value, (dict, list)) and id(value) not in seen:
            seen.add(id(value))
            pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
            todo += [(place.child(key), item) for key, item in reversed(pairs)]


def _foreign(action: str) -> bool:
    written = action.strip()
    if written[:1] in '"`':
        return False
    legend = _LEGEND.fullmatch(written)
    return _FOR_PROMETHEUS.search(written) is not None or (legend is not None and legend[1] not in _HELM_WORDS)
