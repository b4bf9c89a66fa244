"""``template-unknown-label``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.firing.templates import Reference, references
from dashgen.lint.meaning.names.called import called_by_exporter, unknown_namespace
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Rule, Subjects


class TemplateUnknownLabel(Check):
    """A template shows a label that the expression does not return, so the text has a hole.

    ``{{ $labels.x }}`` of a label that is not there is empty: "Model  is slow". Only labels of the expression's result
    are in ``$labels``; those that an aggregation dropped, that the rule itself adds, and external labels are not.

    Bad:

        - alert: LLMRequestsQueued
          expr: sum by (model_name) (vllm:num_requests_waiting) > 10
          annotations:
            summary: Requests queue for {{ $labels.model_name }} on {{ $labels.pod }}

    Bad:

        - alert: LLMRequestsQueued
          expr: vllm:kv_cache_usage_perc > 0.9
          annotations:
            summary: The KV cache of {{ $labels.model }} is full

    Good:

        - alert: LLMRequestsQueued
          expr: sum by (model_name, pod) (vllm:num_requests_waiting) > 10
          annotations:
            summary: Requests queue for {{ $labels.model_name }} on {{ $labels.pod }}
    """

    code = "ALR009"
    name = "template-unknown-label"
    severity = Severity.WARNING
    example = "rules"

    def rule(self, rule: Rule, world: World) -> Iterable[Finding]:
        """Looks at the templates of alerts, and compares them with what their expressions return."""
        root = rule.expression.analysis.root if rule.kind == "alert" and rule.expression is not None else None
        if root is None:
            return
        found = labels(root, world)
        for place, shown in _templates(rule):
            if shown.kind == "external":
                yield from self._external(rule, place, shown, world)
            if shown.kind != "label" or shown.guarded or shown.name.startswith("__"):
                continue
            at = place.within(shown.start, shown.end)
            if not found.may_have(shown.name):
                yield self.finding(
                    at, rule.about, f"`$labels.{shown.name}` is empty: the expression returns no such label",
                    _returned(found.names, found.open), _advice(shown.name, rule, found.names, world),
                )  # fmt: skip
            elif (
                found.open and shown.name not in found.names and (right := called_by_exporter(shown.name, rule, world))
            ):
                yield self.finding(
                    at, rule.about, f"`$labels.{shown.name}` is empty: the label of these series is called `{right}`",
                    f"`$labels.{right}`", f"write `$labels.{right}`", [Edit(at, f"$labels.{right}")],
                )  # fmt: skip

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Compares what the alerts of a file call the same label of series that the catalogue does not know."""
        users: dict[str, dict[str, list[tuple[Rule, Place]]]] = defaultdict(lambda: defaultdict(list))
        for rule in subjects.rules:
            space = unknown_namespace(rule, world) if rule.kind == "alert" else ""
            if space:
                for place, shown in _templates(rule):
                    if shown.kind == "label" and not shown.guarded:
                        users[space][shown.name].append((rule, place.within(shown.start, shown.end)))
        for space, names in users.items():
            for name, short in names.items():
                long = names.get(f"{name}_name", [])
                apart = {id(rule) for rule, _ in long}.isdisjoint(id(rule) for rule, _ in short)
                for rule, at in short if long and apart else ():
                    yield self.finding(
                        at, rule.about,
                        f"`$labels.{name}`, and {long[0][0].about} says `$labels.{name}_name` of `{space}` series",
                        "one name: exporters rarely have both, and a label that is not there is empty",
                        f"see at the exporter whether the label is `{name}` or `{name}_name`",
                    )  # fmt: skip

    def _external(self, rule: Rule, place: Place, shown: Reference, world: World) -> Iterator[Finding]:
        external = world.assume.external_labels
        if external and shown.name not in external:
            yield self.finding(
                place.within(shown.start, shown.end), rule.about, f"external label `{shown.name}` is not set",
                "one of " + ", ".join(f"`{name}`" for name in sorted(external)),
                "set it in the Prometheus configuration or leave it out",
            )  # fmt: skip


def _templates(rule: Rule) -> Iterator[tuple[Place, Reference]]:
    for key, texts in (("annotations", rule.annotations), ("labels", rule.labels)):
        for name, text in texts.items():
            for shown in references(text):
                yield rule.place.child(key, name), shown


def _returned(names: frozenset[str], is_open: bool) -> str:
    if is_open:
        return "a label that the aggregation keeps"
    return "one of " + ", ".join(f"`{name}`" for name in sorted(names)) if names else "no labels, it returns none"


def _advice(name: str, rule: Rule, names: frozenset[str], world: World) -> str:
    if name in rule.labels or name in rule.group_labels or name == "alertname":
        return "leave it out: labels that the rule adds are not in `$labels`, and notifications show them anyway"
    if name in world.assume.external_labels:
        return f"write `$externalLabels.{name}`"
    near = next((each for each in sorted(names) if each.startswith(name) or name.startswith(each)), "")
    return (
        f"write `$labels.{near}`"
        if near
        else f"keep `{name}` in the expression, as with `by ({name})`, or leave it out"
    )
