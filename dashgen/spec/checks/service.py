"""Checks of the deployment as a whole: uids, targets, hidden panels, Prometheus, alert parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.document import Path
from dashgen.spec.spec import Spec
from dashgen.spec.types import NAME_PATTERN, duration_text
from dashgen.spec.words import closest, quote

DASHBOARDS = ("service-health", "cost", "behavior")
LONGEST_UID = 40
LONGEST_INTERVAL = timedelta(minutes=5)
OLDEST_PROMETHEUS = (2, 42)
RESERVED_LABELS = (
    "alertname",
    "llm_service",
    "severity",
    "model",
    "route",
    "namespace",
    "level",
    "llm_exporter",
    "llm_source",
)

_SCRAPE: Path = ("prometheus", "scrape_interval")


def uids(spec: Spec) -> Iterator[Finding]:
    """Grafana takes uids of at most 40 characters."""
    uid = max((spec.dashboard_uid(name) for name in DASHBOARDS), key=len)
    if len(uid) > LONGEST_UID:
        yield Finding(
            ("name",),
            f"the dashboard uid `{uid}` is {len(uid)} characters long",
            f"at most {LONGEST_UID} characters, Grafana's limit",
            f"shorten `name` or `grafana.uid_prefix` by {len(uid) - LONGEST_UID} characters",
            reads=(("grafana", "uid_prefix"),),
        )


def targets(spec: Spec) -> Iterator[Finding]:
    """Targets are formats dashgen can write, each once."""
    names = known.targets()
    for index, target in enumerate(spec.targets):
        path: Path = ("targets", index)
        if target not in names:
            expected, action = known.suggest(target, names)
            yield Finding(path, f"unknown target {quote(target)}", expected, action)
        elif target in spec.targets[:index]:
            yield Finding(path, f"the target {quote(target)} is here a second time", "each target once", "remove it")


def hidden_panels(spec: Spec) -> Iterator[Finding]:
    """``hide`` names panels as dashboard/panel."""
    for index, entry in enumerate(spec.hide):
        yield from _panel(("hide", index), "hide", entry)


def ignored_panels(spec: Spec) -> Iterator[Finding]:
    """``lint.ignore`` names panels likewise."""
    for index, entry in enumerate(spec.lint.ignore):
        if entry.panel is not None:
            yield from _panel(("lint", "ignore", index, "panel"), "lint.ignore", entry.panel)


def _panel(path: Path, key: str, entry: str) -> Iterator[Finding]:
    dashboard, slash, panel = entry.partition("/")
    if slash and dashboard in DASHBOARDS and re.fullmatch(NAME_PATTERN, panel):
        return
    meant = closest(dashboard, DASHBOARDS)
    example = f"{meant or DASHBOARDS[0]}/{panel if re.fullmatch(NAME_PATTERN, panel) else 'ttft-client'}"
    yield Finding(
        path,
        f"{quote(entry)} in `{key}`",
        f"dashboard/panel, with one of {', '.join(DASHBOARDS)} and the key of a panel",
        f"write for example `{example}`",
    )


def intervals(spec: Spec) -> Iterator[Finding]:
    """Prometheus forgets a series after five minutes without a sample."""
    for key in ("scrape_interval", "evaluation_interval"):
        value: timedelta = getattr(spec.prometheus, key)
        if value > LONGEST_INTERVAL:
            yield Finding(
                ("prometheus", key),
                f"`prometheus.{key}` is {duration_text(value)}",
                "at most 5m: after five minutes without a sample Prometheus takes a series as gone",
                f"write `{key}: 30s`, or what your Prometheus uses",
            )


def prometheus_version(spec: Spec) -> Iterator[Finding]:
    """The rules use what Prometheus 2.42 can do."""
    text = spec.prometheus.version
    path: Path = ("prometheus", "version")
    match = re.fullmatch(r"v?([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9]{1,4})?(?:[-+][\w.+-]*)?", text)
    if match is None:
        yield Finding(
            path,
            f"`prometheus.version` is {quote(text)}",
            'a version such as "2.53.1" or "3.5"',
            "write what `prometheus --version` says",
        )
    elif spec.prometheus.flavour == "prometheus" and (int(match[1]), int(match[2])) < OLDEST_PROMETHEUS:
        yield Finding(
            path,
            f"Prometheus {text}",
            "2.42 or newer: keep_firing_for in the alerts needs it, and the proofs run with it",
            "upgrade Prometheus, or correct the version",
            reads=(("prometheus", "flavour"),),
        )


def error_windows(spec: Spec) -> Iterator[Finding]:
    """The short window of the error alert is inside the long one and holds at least two scrapes."""
    errors, scrape = spec.alerts.errors, spec.prometheus.scrape_interval
    long: Path = ("alerts", "errors", "window")
    short: Path = ("alerts", "errors", "short_window")
    if errors.short_window >= errors.window:
        yield Finding(
            short,
            f"`alerts.errors.short_window` is {duration_text(errors.short_window)}, "
            f"`window` is {duration_text(errors.window)}",
            "a short window below the window; it says whether errors still happen",
            f"write a `short_window` below {duration_text(errors.window)}, about a fifth of it",
            reads=(long,),
        )
    # Defaults are widened to the scrape interval; what somebody wrote is not changed behind their back.
    if "short_window" in errors.model_fields_set and errors.short_window < 2 * scrape <= 2 * LONGEST_INTERVAL:
        yield Finding(
            short,
            f"`alerts.errors.short_window` is {duration_text(errors.short_window)} "
            f"and the scrape interval {duration_text(scrape)}",
            "a window that holds at least two scrapes; a rate over fewer is empty",
            f"write `short_window: {duration_text(2 * scrape)}` or more, or scrape more often",
            reads=(_SCRAPE,),
        )


def queue_window(spec: Spec) -> Iterator[Finding]:
    """The share of a window in which requests waited needs samples to count."""
    window, scrape = spec.alerts.queue.window, spec.prometheus.scrape_interval
    if "window" in spec.alerts.queue.model_fields_set and window < 4 * scrape <= 4 * LONGEST_INTERVAL:
        yield Finding(
            ("alerts", "queue", "window"),
            f"`alerts.queue.window` is {duration_text(window)} and the scrape interval {duration_text(scrape)}",
            "a window of at least four scrapes; with fewer one sample decides",
            f"write `window: {duration_text(4 * scrape)}` or more, or scrape more often",
            reads=(_SCRAPE,),
        )


def request_counts(spec: Spec) -> Iterator[Finding]:
    """A p99 needs more requests than the p95 that stands in for it."""
    cost = spec.alerts.cost
    if cost.min_requests_p95 > cost.min_requests_p99:
        yield Finding(
            ("alerts", "cost", "min_requests_p95"),
            f"`min_requests_p95` is {cost.min_requests_p95}, `min_requests_p99` is {cost.min_requests_p99}",
            "at most `min_requests_p99`: the p95 is used where requests are too few for a p99",
            "lower `min_requests_p95` or raise `min_requests_p99`",
            reads=(("alerts", "cost", "min_requests_p99"),),
        )


def error_classes(spec: Spec) -> Iterator[Finding]:
    """Each error class once."""
    classes = spec.alerts.errors.classes
    for index, name in enumerate(classes):
        if name in classes[:index]:
            path: Path = ("alerts", "errors", "classes", index)
            yield Finding(path, f"the error class `{name}` is here a second time", "each class once", "remove it")


def reserved_labels(spec: Spec) -> Iterator[Finding]:
    """Labels that dashgen or Prometheus sets."""
    for name in spec.alerts.labels:
        if name in RESERVED_LABELS:
            yield Finding(
                ("alerts", "labels", name),
                f"the label `{name}` in `alerts.labels`",
                f"labels other than {', '.join(RESERVED_LABELS)}: dashgen sets them to say what an alert is about",
                "rename it, or remove it and route by the label dashgen sets",
                key=True,
            )
