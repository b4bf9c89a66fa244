"""Whether a metric is there: over a range of versions, every engine they can run, and one variant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from dashgen.catalogue.model import SUFFIXES, Exporter, Metric, SignalUse
from dashgen.catalogue.version import Version, VersionRange

State = Literal["always", "sometimes", "never"]
Cause = Literal[
    "", "unknown", "variant", "disabled", "label", "removed", "early", "hidden", "off", "unlisted", "engine"
]
"""Why a metric is not there: ``early``, its version is yet to come; ``off``, a switch is; ``unlisted``, no CSV line."""
Cell = tuple[Version, str]


@dataclass(frozen=True, slots=True)
class Availability:
    """``always``, ``sometimes`` (part of the range, or some engines only) or ``never``, and why.

    ``how`` says what would turn it on: a flag, a CSV line, an upgrade, the new name. Empty when nothing would
    or need be done. ``cause`` is the reason of the newest version that lacks it, in a word.
    """

    state: State
    reason: str
    how: str = ""
    cause: Cause = ""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a source of the spec says beyond its versions; names are resolved to base names."""

    variant: str
    enabled: frozenset[str]
    disabled: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Verdict:
    visible: bool
    reason: str = ""
    how: str = ""
    cause: Cause = ""

    @property
    def engine_lacks_it(self) -> bool:
        """Whether another engine of the same version may have it."""
        return self.cause == "engine"


_VISIBLE = _Verdict(True)


def availability(
    exporter: Exporter,
    metric_name: str,
    versions: VersionRange,
    variant: str | None = None,
    *,
    enabled: Collection[str] = (),
    disabled: Collection[str] = (),
) -> Availability:
    """Whether ``metric_name`` (any name ``Exporter.find`` accepts) is exposed by all of ``versions``.

    ``variant`` defaults to the exporter's default one. ``enabled`` lists metrics the deployment turned on:
    those off by default, hidden ones whose flag is set, fields added to a CSV. ``disabled`` wins over it.

    Raises:
        ValueError: for a variant the exporter does not have.
    """
    setting = _setting(exporter, variant, enabled, disabled)
    found = exporter.find(metric_name)
    if not found:
        reason = f"{exporter.title} exposes nothing called {metric_name} in any version"
        return Availability("never", reason, cause="unknown")
    other = _other_variant(exporter, found[0], metric_name, setting.variant)
    if other is not None:
        return other
    verdicts = _verdicts(exporter, found, versions, setting)
    visible = sum(verdict.visible for verdict in verdicts.values())
    caveat = _caveat(exporter, versions)
    if verdicts and visible == len(verdicts):
        note = " (enabled by the spec)" if found[0].name in setting.enabled else ""
        return Availability("always", f"exposed by {exporter.title} {versions}{note}{caveat}")
    missing = [verdict for verdict in verdicts.values() if not verdict.visible]
    if not visible:
        # Running the other engine is no help when that engine does not expose it either.
        missing = [verdict for verdict in missing if not verdict.engine_lacks_it] or missing
    # Newest first: what is true of the version one upgrades to matters most.
    reasons = list(dict.fromkeys(verdict.reason for verdict in reversed(missing)))
    hows = list(dict.fromkeys(verdict.how for verdict in reversed(missing) if verdict.how))
    # Of advice and the same advice with an option for some versions, keep what helps in all of them.
    hows = [how for how in hows if not any(other != how and other in how for other in hows)]
    causes = [verdict.cause for verdict in missing if not verdict.engine_lacks_it]
    cause = causes[-1] if causes else "engine"
    return Availability("sometimes" if visible else "never", "; ".join(reasons) + caveat, "; or ".join(hows), cause)


def alternatives(
    exporter: Exporter,
    signal_key: str,
    versions: VersionRange,
    variant: str | None = None,
    *,
    enabled: Collection[str] = (),
    disabled: Collection[str] = (),
) -> tuple[SignalUse, ...]:
    """The uses that answer a signal somewhere in ``versions``, preferred first, with names of the variant.

    A use is dropped when the ones before it are exposed wherever it is, so a use that is always there ends
    the list. Empty when the exporter has no such signal or exposes none of its metrics.

    Raises:
        ValueError: for a variant the exporter does not have.
    """
    setting = _setting(exporter, variant, enabled, disabled)
    uses = exporter.signals.get(signal_key, ())
    # Versions to look at must be the same for all uses, or their cells could not be compared.
    metrics = tuple(metric for use in uses for metric in exporter.find(use.metric))
    points = versions.points(_boundaries(exporter, metrics))
    covered: set[Cell] = set()
    chosen: list[SignalUse] = []
    for use in uses:
        found = exporter.find(use.metric)
        cells = {
            cell for cell, verdict in _verdicts(exporter, found, versions, setting, points).items() if verdict.visible
        }
        if cells <= covered and not (use.beside and cells):
            continue
        if not use.beside:
            covered |= cells
        name = found[0].name_in(setting.variant)
        spelled = exporter.variants[setting.variant].spellings(name) if setting.variant else (name,)
        chosen += [replace(use, metric=spelling) for spelling in spelled]
    return tuple(chosen)


def _setting(exporter: Exporter, variant: str | None, enabled: Collection[str], disabled: Collection[str]) -> _Setting:
    if variant and variant not in exporter.variants:
        known = ", ".join(exporter.variants) or "it has none"
        raise ValueError(f"{exporter.title} has no variant {variant!r}; expected one of: {known}")
    return _Setting(variant or exporter.default_variant, _bases(exporter, enabled), _bases(exporter, disabled))


def _bases(exporter: Exporter, names: Collection[str]) -> frozenset[str]:
    return frozenset(metric.name for name in names for metric in exporter.find(name))


def _boundaries(exporter: Exporter, metrics: Collection[Metric]) -> set[Version]:
    """Every version at which something about these metrics changes."""
    changes: set[Version | None] = set()
    for metric in metrics:
        changes |= {metric.since, metric.hidden_since, metric.removed_in}
        changes |= {start for history in metric.shipped.values() for start, _ in history}
    for engine in exporter.engines:
        changes |= {engine.since, engine.removed_in}
    return {change for change in changes if change is not None} or {exporter.newest}


def _verdicts(
    exporter: Exporter,
    metrics: tuple[Metric, ...],
    versions: VersionRange,
    setting: _Setting,
    points: tuple[Version, ...] = (),
) -> dict[Cell, _Verdict]:
    """(version, engine) -> verdict, for one version per stretch of the range and every engine of it."""
    verdicts: dict[Cell, _Verdict] = {}
    for version in points or versions.points(_boundaries(exporter, metrics)):
        engines = [engine.name for engine in exporter.engines if engine.possible_at(version)] or [""]
        for engine in engines:
            own = [metric for metric in metrics if metric.engine in ("", engine)]
            if own:
                checks = [_at(exporter, metric, version, setting) for metric in own]
                verdicts[version, engine] = next((check for check in checks if check.visible), checks[0])
            else:
                verdicts[version, engine] = _not_this_engine(exporter, metrics, engine, version)
    return verdicts


def _at(exporter: Exporter, metric: Metric, version: Version, setting: _Setting) -> _Verdict:
    return _absent(metric, version, setting) or _switched_off(exporter, metric, version, setting) or _VISIBLE


def _absent(metric: Metric, version: Version, setting: _Setting) -> _Verdict | None:
    """Why no switch brings the metric back at this version; None when one could or none is needed."""
    engine = f" on engine {metric.engine}" if metric.engine else ""
    if metric.name in setting.disabled:
        return _Verdict(False, "disabled in the spec", "take it out of the source's `disabled` list", "disabled")
    if metric.type == "label":
        return _Verdict(False, f"{metric.name} is a label of other metrics, not a series of its own", cause="label")
    if metric.removed_in is not None and metric.removed_in <= version:
        successor = f"use {metric.renamed_to}" if metric.renamed_to else ""
        return _Verdict(False, f"removed in {metric.removed_in}{engine}", successor, "removed")
    if metric.since is not None and version < metric.since:
        return _Verdict(False, f"exposed only since {metric.since}{engine}", f"upgrade to {metric.since}", "early")
    return None


def _switched_off(exporter: Exporter, metric: Metric, version: Version, setting: _Setting) -> _Verdict | None:
    """Which switch keeps the metric away at this version; None when it is on."""
    if metric.name in setting.enabled:
        return None
    if metric.hidden_since is not None and metric.hidden_since <= version:
        how = f"start it with {exporter.hidden_flag}={version.previous_minor()} and list it under `enabled`"
        if metric.renamed_to:
            how = f"use {metric.renamed_to}, or {how}"
        engine = f" on engine {metric.engine}" if metric.engine else ""
        return _Verdict(False, f"hidden since {metric.hidden_since}{engine}", how, "hidden")
    if metric.condition:
        how = f"turn it on ({metric.condition}) and list it under `enabled`"
        return _Verdict(False, f"off by default: needs {metric.condition}", how, "off")
    if setting.variant and exporter.listed:
        return _shipped(exporter, metric, version, setting.variant)
    return None


def _shipped(exporter: Exporter, metric: Metric, version: Version, variant: str) -> _Verdict:
    state = metric.shipped_at(variant, version)
    if state == "enabled":
        return _VISIBLE
    where = f"variant {variant}"
    reason = {
        "commented": f"commented out in the CSV of {where}",
        "unlisted": f"not in the CSV of {where}",
    }[state]
    history = metric.shipped.get(variant, ())
    later = next((start for start, shipped in history if shipped == "enabled" and version < start), None)
    if later is not None:
        reason += f" before {later}"
    elif history and history[-1][0] > history[0][0]:
        changed = [start for start, _ in history if start <= version]
        reason += f" since {changed[-1]}" if changed else ""
    how = f"{exporter.off_hint} and list it under `enabled`"
    if metric.requires:
        how += f" (it needs {metric.requires})"
    if later is not None:
        how += f", or upgrade to {later}"
    return _Verdict(False, reason, how, "unlisted")


def _not_this_engine(exporter: Exporter, metrics: tuple[Metric, ...], engine: str, version: Version) -> _Verdict:
    if not engine:
        oldest = min((item.since for item in exporter.engines), default=version)
        return _Verdict(
            False, f"{exporter.title} {version} is older than the catalogue knows ({oldest})", cause="unknown"
        )
    have = ", ".join(dict.fromkeys(metric.engine for metric in metrics))
    reason = f"not on engine {engine}, only {have}"
    newest_engine = exporter.engines[-1].name
    if newest_engine in have:
        return _Verdict(False, reason, f"run engine {newest_engine}", "engine")
    successor = next((metric.renamed_to for metric in metrics if metric.renamed_to), "")
    return _Verdict(False, reason, f"use {successor}" if successor else "", "engine")


def _other_variant(exporter: Exporter, metric: Metric, asked: str, variant: str) -> Availability | None:
    """For a name that exists, but only under another variant; instruments are asked by any variant."""
    if not metric.names or asked == metric.instrument:
        return None

    def spellings(base: str) -> tuple[str, ...]:
        return (base, *(base + suffix for suffix in SUFFIXES.get(metric.type, ())))

    here = metric.name_in(variant)
    if asked in spellings(here):
        return None
    there = [name for name, base in metric.names.items() if asked in spellings(base)] or list(metric.names)
    return Availability(
        "never",
        f"that is the name under variant {' or '.join(there)}; variant {variant} exposes {here}",
        f"use {here}, or set `variant: {there[0]}` if that is the path the metrics take",
        "variant",
    )


def _caveat(exporter: Exporter, versions: VersionRange) -> str:
    for start, note in exporter.breaks:
        if versions.high is None or versions.high >= start:
            return f"; careful: {note}"
    newest = versions.low if versions.low is not None and versions.low > exporter.newest else None
    return f"; {newest} is newer than the catalogue ({exporter.newest_text})" if newest else ""
