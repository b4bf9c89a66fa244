"""What Grafana makes of a number by the unit of a panel, and whether that is the unit of the numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from dashgen.lint.meaning.numbers.units import KIB, Unit
from dashgen.lint.subject import Panel, Query, items, mapping, text

COUNT = "count"
"""A number of anything; ``cps`` and ``ops`` show one per second."""
_UNITS: Mapping[str, Unit] = {
    "percentunit": Unit("ratio"),
    "percent": Unit("ratio", 0.01),
    "s": Unit("seconds"),
    "dtdurations": Unit("seconds"),
    "clocks": Unit("seconds"),
    "ms": Unit("seconds", 1e-3),
    "dtdurationms": Unit("seconds", 1e-3),
    "clockms": Unit("seconds", 1e-3),
    "µs": Unit("seconds", 1e-6),
    "ns": Unit("seconds", 1e-9),
    "m": Unit("seconds", 60.0),
    "h": Unit("seconds", 3600.0),
    "d": Unit("seconds", 86_400.0),
    "bits": Unit("bytes", 1 / 8),
    "decbits": Unit("bytes", 1 / 8),
    "bytes": Unit("bytes"),
    "decbytes": Unit("bytes"),
    "kbytes": Unit("bytes", KIB),
    "deckbytes": Unit("bytes", 1e3),
    "mbytes": Unit("bytes", KIB**2),
    "decmbytes": Unit("bytes", 1e6),
    "gbytes": Unit("bytes", KIB**3),
    "decgbytes": Unit("bytes", 1e9),
    "tbytes": Unit("bytes", KIB**4),
    "dectbytes": Unit("bytes", 1e12),
    "Bps": Unit("bytes", per=True),
    "binBps": Unit("bytes", per=True),
    "bps": Unit("bytes", 1 / 8, per=True),
    "binbps": Unit("bytes", 1 / 8, per=True),
    "KBs": Unit("bytes", 1e3, per=True),
    "KiBs": Unit("bytes", KIB, per=True),
    "MBs": Unit("bytes", 1e6, per=True),
    "MiBs": Unit("bytes", KIB**2, per=True),
    "GBs": Unit("bytes", 1e9, per=True),
    "GiBs": Unit("bytes", KIB**3, per=True),
    "reqps": Unit("requests", per=True),
    "rps": Unit(COUNT, per=True),
    "cps": Unit(COUNT, per=True),
    "ops": Unit(COUNT, per=True),
    "eps": Unit(COUNT, per=True),
    "currencyUSD": Unit("usd"),
    "watt": Unit("watts"),
    "mwatt": Unit("watts", 1e-3),
    "kwatt": Unit("watts", 1e3),
    "joule": Unit("joules"),
    "celsius": Unit("celsius"),
    "hertz": Unit("hertz"),
    "rothz": Unit("hertz"),
    "mhz": Unit("hertz", 1e6),
}
SHOWN: Mapping[str, str] = {
    "s": "seconds",
    "ms": "milliseconds",
    "µs": "microseconds",
    "percent": "percent as they are",
    "percentunit": "a ratio of 0 to 1, as percent",
    "bits": "bits",
    "bytes": "bytes",
    "decmbytes": "megabytes of 1,000,000 bytes",
    "mbytes": "MiB of 1,048,576 bytes",
    "decgbytes": "gigabytes of 1,000,000,000 bytes",
    "gbytes": "GiB of 1,073,741,824 bytes",
    "reqps": "requests per second",
    "cps": "counts per second",
    "ops": "operations per second",
    "currencyUSD": "US dollars",
}
"""What a panel says its numbers are."""
_WANTED: tuple[str, ...] = (
    "percentunit",
    "percent",
    "s",
    "ms",
    "µs",
    "ns",
    "m",
    "h",
    "d",
    "bytes",
    "kbytes",
    "deckbytes",
)
_WANTED += ("mbytes", "decmbytes", "gbytes", "decgbytes", "Bps", "KBs", "KiBs", "MBs", "MiBs", "GBs", "GiBs", "reqps")
_WANTED += ("bits", "bps", "currencyUSD", "watt", "mwatt", "joule", "celsius", "hertz")
_TOKENS_PER_SECOND = re.compile(
    r"(?i)(?:suffix:)?\s{0,9}(?:tok(?:en)?s?\s{0,9}(?:/|per)\s{0,9}s(?:ec(?:ond)?)?|tps)\b.*"
)
_COUNTED = frozenset({"tokens", "requests", "observations", "blocks", "flops"})
_FEW_STEPS = frozenset({"organize", "merge", "sortBy", "labelsToFields", "filterByRefId", "filterFieldsByName"})
_OTHER_AXES = frozenset(
    {"heatmap", "histogram", "state-timeline", "text", "row", "geomap", "nodeGraph", "logs", "traces"}
)


@lru_cache(maxsize=4096)
def shown(name: str) -> Unit | None:
    """The unit of the numbers that a unit of Grafana is for; None when it is for any number, or not known."""
    return _UNITS.get(name) or (Unit("tokens", per=True) if _TOKENS_PER_SECOND.fullmatch(name) else None)


def fits(found: Unit, panel: Unit) -> bool:
    """Whether numbers in one unit are right under the other."""
    if panel.base == COUNT:
        return found.base in _COUNTED and found.per == panel.per
    if panel.base == "requests":
        return found.base in ("requests", "observations") and found.per == panel.per
    same = found.base == panel.base and found.per == panel.per
    return same and math.isclose(found.scale, panel.scale, rel_tol=1e-3)


def wanted(found: Unit) -> str:
    """The unit of Grafana for numbers in a unit; '' when there is none."""
    return next(
        (name for name in _WANTED if _UNITS[name] == found), "cps" if found.per and found.base in _COUNTED else ""
    )


def unit_of(query: Query) -> tuple[str, tuple[str | int, ...]]:
    """(unit, its path in the panel) that the values of a query are shown in; '' when that is not certain."""
    panel = query.panel
    steps = {text(step.get("id")) for _, step in items(panel.data.get("transformations"))}
    if panel.type in _OTHER_AXES or not steps <= _FEW_STEPS:
        return "", ()
    own: tuple[str, tuple[str | int, ...]] | None = None
    for index, override in items(mapping(panel.data.get("fieldConfig")).get("overrides")):
        for place, option in items(override.get("properties")):
            if option.get("id") == "unit":
                matcher = mapping(override.get("matcher"))
                if matcher.get("id") != "byFrameRefID":
                    return "", ()
                if text(matcher.get("options")) == query.ref:
                    path = ("fieldConfig", "overrides", index, "properties", place, "value")
                    own = text(option.get("value")), path
    return own or (panel.unit, ("fieldConfig", "defaults", "unit")) if own or panel.unit else _before_grafana_7(panel)


def _before_grafana_7(panel: Panel) -> tuple[str, tuple[str | int, ...]]:
    """The unit of a graph's left axis, or of a singlestat."""
    axes = items(panel.data.get("yaxes"))
    if panel.type == "graph" and axes and not panel.data.get("seriesOverrides"):
        return text(axes[0][1].get("format")), ("yaxes", axes[0][0], "format")
    if panel.type == "singlestat":
        return text(panel.data.get("format")), ("format",)
    return "", ()
