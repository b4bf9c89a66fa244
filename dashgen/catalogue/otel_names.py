"""OpenTelemetry instrument names -> the names Prometheus stores, per path.

Rules: OpenTelemetry specification ``compatibility/prometheus_and_openmetrics.md`` and
``sdk_exporters/prometheus.md`` as implemented by prometheus/otlptranslator 51da773; checked against the text
of opentelemetry-exporter-prometheus 0.66b2 (Python) and @opentelemetry/exporter-prometheus 0.301.0 (JS).
Only names change, values never do: milliseconds stay milliseconds.
"""

from __future__ import annotations

import re
from enum import StrEnum

_UNITS = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tibibytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "%": "percent",
    "1": "",
}
_PER_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_INVALID = re.compile(r"[^a-zA-Z0-9:]+")


class Strategy(StrEnum):
    """How a path translates: Prometheus' ``translation_strategy`` values, and the JS pull exporter.

    ``JS_PULL`` escapes and adds ``_total`` but no unit; it ignores every option (observed, 0.223 and 0.301).
    """

    WITH_SUFFIXES = "UnderscoreEscapingWithSuffixes"
    WITHOUT_SUFFIXES = "UnderscoreEscapingWithoutSuffixes"
    NO_ESCAPING = "NoUTF8EscapingWithSuffixes"
    NO_TRANSLATION = "NoTranslation"
    JS_PULL = "js-pull"


def unit_word(unit: str) -> str:
    """The word a unit adds to a name: ``ms`` -> ``milliseconds``, ``By/s`` -> ``bytes_per_second``.

    An annotation (``{token}``) and ``1`` add nothing; an unknown unit is kept with its case (``USD``).
    """
    main, _, per = unit.partition("/")
    words = []
    if main.strip() and "{" not in main:
        words.append(_UNITS.get(main.strip(), main.strip()))
    if per.strip() and "{" not in per:
        words.append("per_" + _PER_UNITS.get(per.strip(), per.strip()))
    return "_".join(part for part in _INVALID.split("_".join(word for word in words if word)) if part)


def prometheus_name(instrument: str, kind: str, unit: str, strategy: Strategy) -> str:
    """The stored base name of an instrument; histograms then add ``_bucket``, ``_sum`` and ``_count``.

    ``kind`` is ``counter`` (monotonic), ``updowncounter``, ``gauge`` or ``histogram``; ``unit`` is UCUM as
    the instrument declares it, empty for none.
    """
    if strategy is Strategy.NO_TRANSLATION:
        return instrument
    if strategy is Strategy.NO_ESCAPING:
        return _unescaped(instrument, kind, unit)
    tokens = [part for part in _INVALID.split(instrument) if part]
    if strategy is Strategy.WITHOUT_SUFFIXES:
        return _leading_digit("_".join(tokens))
    if strategy is Strategy.WITH_SUFFIXES:
        # The translator compares whole tokens, so `cost.usd` with unit usd does not become cost_usd_usd.
        word = unit_word(unit)
        main, separator, per = word.partition("per_")
        for part in (main.strip("_"), separator + per if per else ""):
            if part and part not in tokens:
                tokens.append(part)
    if kind == "counter":
        tokens = [token for token in tokens if token != "total"] + ["total"]
    if kind == "gauge" and unit == "1" and strategy is Strategy.WITH_SUFFIXES:
        tokens = [token for token in tokens if token != "ratio"] + ["ratio"]
    return _leading_digit("_".join(tokens))


def _unescaped(instrument: str, kind: str, unit: str) -> str:
    name = instrument
    word = unit_word(unit)
    if kind == "counter":
        name = name.removesuffix("_total").removesuffix(".total")
    if word and not name.endswith(word):
        name = f"{name}_{word}"
    if kind == "counter":
        return f"{name}_total"
    if kind == "gauge" and unit == "1" and not name.endswith("ratio"):
        return f"{name}_ratio"
    return name


def _leading_digit(name: str) -> str:
    return f"_{name}" if name[:1].isdigit() else name
