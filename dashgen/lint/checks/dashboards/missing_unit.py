"""``missing-unit``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashgen.lint.check import Check
from dashgen.lint.document import Place
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.units import unit
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Panel, items, mapping, text

_VALUES = frozenset({"timeseries", "stat", "gauge", "bargauge", "heatmap", "graph", "singlestat"})
_NAMES = frozenset({"name", "none"})
_MAPPED = frozenset({"value", "range", "regex"})
_COUNTED = frozenset({"requests", "tokens", "observations"})


class MissingUnit(Check):
    """A number without a unit is read in the unit the reader expects.

    ``0.4`` on a latency panel is 400 ms to one and 0.4 ms to another; ``92`` may be percent or a count. Grafana also
    scales by the unit: without one, 3 GiB is drawn as 3221225472. A count has the unit ``short``; a number that must
    stay as it is has ``none``. Where all the queries are known to return a count, this is a hint only.

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
            finding = self.finding(
                _place(panel),
                panel.about,
                "its values have no unit",
                "the unit of the values; `short` for counts",
                "set `fieldConfig.defaults.unit`",
            )
            yield replace(finding, severity=Severity.INFO) if _counts(panel, world) else finding


def _place(panel: Panel) -> Place:
    return panel.place.child("title" if panel.title else "type")


def _counts(panel: Panel, world: World) -> bool:
    """Whether all it shows is known to be a number of something, which reads the same without a unit."""
    roots = [query.expression.analysis.root for query in panel.queries if query.expression is not None]
    units = [unit(root, world) if root is not None else None for root in roots]
    return bool(units) and all(
        each is not None and each.base in _COUNTED and each.scale == 1 and not each.per for each in units
    )


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
