"""``dashgen catalogue --why METRIC``: everything known about one name, or the names it may be a slip of."""

from __future__ import annotations

import difflib

from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import Exporter, Metric


class UnknownMetricError(LookupError):
    """No exporter exposes a metric; ``close`` holds names that look like it, best first."""

    def __init__(self, name: str, close: tuple[str, ...]) -> None:
        self.name = name
        self.close = close
        super().__init__(f"no exporter of the catalogue exposes {name}")


def explain(metric: str) -> str:
    """What the catalogue knows about a metric, as plain text without a final newline.

    Accepts ``_bucket``, ``_sum``, ``_count`` and ``_created`` suffixes, a counter without its ``_total``, and
    an OpenTelemetry instrument.

    Raises:
        UnknownMetricError: when no exporter exposes the name.
    """
    asked = metric.strip()
    blocks = []
    for name in exporters():
        exporter = load(name)
        found, note = _find(exporter, asked)
        if found:
            blocks.append(_block(exporter, found, note))
    if not blocks:
        raise UnknownMetricError(asked, close_names(asked))
    return "\n\n".join(blocks)


def close_names(name: str) -> tuple[str, ...]:
    """Up to five metric names of any exporter that look like ``name``, best first."""
    known: dict[str, list[str]] = {}
    for exporter_name in exporters():
        for metric in load(exporter_name).metrics:
            for spelling in dict.fromkeys((metric.name, metric.instrument, *metric.names.values())):
                if spelling:
                    # People forget the prefix, so compare without it.
                    known.setdefault(spelling.rpartition(":")[2].lower(), []).append(spelling)
    asked = name.lower()
    for suffix in ("_bucket", "_sum", "_count", "_created"):
        asked = asked.removesuffix(suffix)
    keys = difflib.get_close_matches(asked.rpartition(":")[2], known, n=5, cutoff=0.6)
    close = dict.fromkeys(spelling for key in keys for spelling in known[key])
    # Several exporters share names but for the prefix: whoever wrote one meant that exporter.
    return tuple(sorted(close, key=lambda found: -_likeness(asked, found.lower()))[:5])


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _find(exporter: Exporter, asked: str) -> tuple[tuple[Metric, ...], str]:
    found = exporter.find(asked)
    if found:
        base = found[0]
        if asked in (base.name, base.instrument, *base.names.values(), *_spellings(exporter, base)):
            if base.type == "histogram" and asked != base.instrument:
                return found, f"a histogram has no series of this name: query {asked}_bucket, _sum or _count"
            return found, ""
        return found, f"{asked.removeprefix(base.name)} of {base.name}" if asked.startswith(base.name) else ""
    found = exporter.find(f"{asked}_total")
    if found:
        return found, f"Prometheus knows this counter as {asked}_total"
    return (), ""


def _spellings(exporter: Exporter, metric: Metric) -> tuple[str, ...]:
    """The metric's name with whatever stands for its colon, where that depends on the path it takes."""
    spelled = [name for variant in exporter.variants.values() for name in variant.spellings(metric.name)]
    return tuple(dict.fromkeys(spelled)) if ":" in metric.name else ()


def _block(exporter: Exporter, metrics: tuple[Metric, ...], note: str) -> str:
    newest = metrics[0]
    lines = [f"{newest.name}: {newest.type} of {exporter.title}"]
    facts: list[tuple[str, str]] = []
    if note:
        facts.append(("note", note))
    facts.append(("meaning", newest.meaning))
    facts.append(("unit", newest.unit or "none"))
    facts += [("name", f"{name} under variant {variant}") for variant, name in newest.names.items()]
    spelled = _spellings(exporter, newest)
    if len(spelled) > 1:
        facts.append(("name", f"stored as {' or '.join(spelled)}"))
    for metric in metrics:
        where = f" on engine {metric.engine}" if len(metrics) > 1 else ""
        more = " and more, not listed" if metric.open_labels else ""
        labels = metric.labels_at(exporter.newest)
        facts.append((f"labels{where}", (", ".join(labels) or "none") + more))
        facts += [(f"labels{where}", text) for text in _label_changes(metric)]
        facts.append((f"exposed{where}", _window(exporter, metric)))
        if metric.renamed_to:
            facts.append((f"successor{where}", metric.renamed_to))
        if metric.type == "histogram":
            facts.append((f"bounds{where}", _bounds(metric)))
    if newest.optional_labels:
        facts.append(("labels", f"by configuration: {', '.join(newest.optional_labels)}"))
    facts += _switches(exporter, metrics)
    facts += [("careful", metric.pitfall) for metric in metrics[:1] if metric.pitfall]
    facts += [("careful", text) for _, text in exporter.breaks]
    facts += [("source", source) for source in dict.fromkeys(metric.source for metric in metrics)]
    return "\n".join([*lines, *(f"  {key}: {text}" for key, text in dict.fromkeys(facts))])


def _label_changes(metric: Metric) -> list[str]:
    changes = []
    for (_, before), (at, after) in zip(metric.label_history, metric.label_history[1:], strict=False):
        gone = [label for label in before if label not in after]
        new = [label for label in after if label not in before]
        parts = [f"adds {', '.join(new)}" if new else "", f"drops {', '.join(gone)}" if gone else ""]
        changes.append(f"{at} {' and '.join(part for part in parts if part)}")
    return changes


def _window(exporter: Exporter, metric: Metric) -> str:
    if metric.since is None:
        text = "in every version"
        if metric.shipped or exporter.off_hint:
            text = "in every version whose configuration lists it"
    else:
        own = [engine.since for engine in exporter.engines if engine.name == metric.engine]
        read = [entry.since for entry in exporter.metrics if entry.since is not None]
        oldest = own[0] if own else min(read)
        text = f"since {metric.since}" + (" or earlier (the oldest read)" if oldest == metric.since else "")
    if metric.deprecated_in:
        text += f", deprecated in {metric.deprecated_in}"
    if metric.hidden_since:
        until = f" until {metric.removed_in}" if metric.removed_in else ""
        text += f", hidden from {metric.hidden_since}{until}"
    return text + (f", removed in {metric.removed_in}" if metric.removed_in else "")


def _bounds(metric: Metric) -> str:
    if metric.buckets_per_model:
        return "up to the model's context length, so they differ by model"
    if not metric.buckets:
        return "not known"
    text = " ".join(f"{bound:.10g}" for bound in metric.buckets)
    since = metric.bucket_history[-1][0]
    return f"{text} (since {since})" if since and len(metric.bucket_history) > 1 else text


def _switches(exporter: Exporter, metrics: tuple[Metric, ...]) -> list[tuple[str, str]]:
    facts = []
    for metric in metrics:
        if metric.condition:
            facts.append(("enable", f"off by default: needs {metric.condition}"))
        if metric.hidden_since:
            flag = f"{exporter.hidden_flag}={metric.hidden_since.previous_minor()}"
            facts.append(("enable", f"while hidden: {flag} (always the previous minor)"))
        for variant in exporter.variants if metric.shipped else ():
            history = metric.shipped.get(variant, ())
            text = ", ".join(f"{state} since {at}" for at, state in history) or "unlisted"
            facts.append((f"variant {variant}", text))
    first = metrics[0]
    if first.type != "label" and exporter.off_hint:
        always = all(history[-1][1] == "enabled" for history in first.shipped.values())
        if not (first.shipped and always):
            facts.append(("enable", exporter.off_hint))
    if first.requires:
        facts.append(("requires", first.requires))
    return facts
