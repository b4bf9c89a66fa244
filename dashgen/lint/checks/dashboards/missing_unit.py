"""``missing-unit``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel, items, mapping, text

_VALUES = frozenset({"timeseries", "stat", "gauge", "bargauge", "heatmap", "graph", "singlestat"})
_NAMES = frozenset({"name", "none"})
_MAPPED = frozenset({"value", "range", "regex"})


class MissingUnit(Check):
    """A number without a unit is read in the unit the reader expects.

    ``0.4`` on a latency panel is 400 ms to one and 0.4 ms to another; ``92`` may be percent or a count. Grafana also
    scales by the unit: without one, 3 GiB is drawn as 3221225472. A count has the unit ``short``; a number that must
    stay as it is has ``none``.

    Bad:

        panels:
          - title: Time to first token, p95
            type: timeseries
            targets:
              - refId: A
                expr: histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))

    Good:

        panels:
          - title: Time to first token, p95
            type: timeseries
            fieldConfig: {defaults: {unit: s}}
            targets:
              - refId: A
                expr: histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))
    """

    code = "DSH008"
    name = "missing-unit"
    severity = Severity.WARNING
    example = "dashboard"

    def panel(self, panel: Panel, world: World) -> Iterable[Finding]:
        """Looks at panels that draw or write numbers."""
        if panel.type in _VALUES and panel.queries and not _has_unit(panel) and not _shows_text(panel):
            yield self.finding(
                _place(panel),
                panel.about,
                "its values have no unit",
                "the unit of the values; `short` for counts",
                "set `fieldConfig.defaults.unit`",
            )


def _place(panel: Panel) -> Place:
    return panel.place.child("title" if panel.title else "type")


def _has_unit(panel: Panel) -> bool:
    if panel.unit or "libraryPanel" in panel.data:
        return True
    for _, override in items(mapping(panel.data.get("fieldConfig")).get("overrides")):
        if any(option.get("id") == "unit" for _, option in items(override.get("properties"))):
            return True
    options = mapping(panel.data.get("options"))
    axes = (mapping(options.get("yAxis")).get("unit"), mapping(panel.data.get("yAxis")).get("format"))
    left = items(panel.data.get("yaxes"))[:1]
    old = (panel.data.get("format"), *(axis.get("format") for _, axis in left))
    return any(text(each) for each in (*axes, *old, *_before_grafana_7(panel)))


def _before_grafana_7(panel: Panel) -> tuple[object, object]:
    """Where gauges had their unit in Grafana 6."""
    options = mapping(panel.data.get("options"))
    fields = mapping(mapping(options.get("fieldOptions")).get("defaults"))
    return fields.get("unit"), mapping(options.get("valueOptions")).get("unit")


def _shows_text(panel: Panel) -> bool:
    """Whether it shows a name, a field of text, or words for values."""
    options = mapping(panel.data.get("options"))
    field = text(mapping(options.get("reduceOptions")).get("fields"))
    named = text(options.get("textMode")) in _NAMES or text(panel.data.get("valueName")) == "name"
    # A word for "no value" is no word for the values.
    mapped = any(text(rule.get("type")) in _MAPPED for _, rule in items(panel.defaults.get("mappings")))
    return named or bool(field) or mapped
