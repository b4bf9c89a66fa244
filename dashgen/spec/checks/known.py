"""What dashgen knows that a spec may name: exporters and targets, listed without loading them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.spec.words import closest, listing, quote

if TYPE_CHECKING:
    from dashgen.catalogue.model import Exporter, Vantage
    from dashgen.catalogue.version import Version, VersionRange
    from dashgen.spec.sources import Source
    from dashgen.spec.spec import Spec


def kinds() -> tuple[str, ...]:
    """Exporter kinds of the catalogue."""
    from dashgen.catalogue.loader import exporters

    return exporters()


def exporter(kind: str) -> Exporter:
    """The catalogue entry of a known kind."""
    from dashgen.catalogue.loader import load

    return load(kind)


def variants(kind: str) -> tuple[str, ...]:
    """The documented configurations of an exporter."""
    return tuple(exporter(kind).variants)


def metrics(kind: str) -> tuple[str, ...]:
    """Every name the exporter's metrics go by."""
    return tuple(exporter(kind).by_name)


def has_metric(kind: str, name: str) -> bool:
    """Whether the exporter has a metric of that name, in some version and variant."""
    return bool(exporter(kind).find(name))


def sources(spec: Spec) -> Iterator[tuple[int, Source]]:
    """The sources of known kinds, with their places in the spec; another check reports the rest."""
    for index, source in enumerate(spec.sources):
        if source.kind in kinds():
            yield index, source


def vantage(source: Source) -> Vantage:
    """Where a source of a known kind measures."""
    return source.vantage or exporter(source.kind).vantage


def exposes(source: Source, name: str) -> bool:
    """Whether some version that the source may run shows the metric; True when its version or variant is unknown."""
    from dashgen.catalogue.availability import availability
    from dashgen.catalogue.version import VersionRange

    entry = exporter(source.kind)
    try:
        versions = VersionRange.parse(source.version or entry.newest_text)
        state = availability(
            entry, name, versions, source.variant, enabled=source.enabled, disabled=source.disabled
        ).state
    except ValueError:
        return True
    return state != "never"


def version_problem(kind: str, text: str) -> tuple[str, str, str] | None:
    """(found, expected, action) for a version the catalogue cannot speak about; None when it can."""
    from dashgen.catalogue.version import VersionRange

    entry = exporter(kind)
    try:
        wanted = VersionRange.parse(text)
    except ValueError as error:
        reason = str(error).partition("; expected")[0]
        found = f"the version {quote(text)} of {kind}: {reason}"
        return found, "a version such as 0.33 or 0.33.0, or a range such as >=0.10, <=0.33", "correct it"
    oldest = _oldest(entry)
    expected = f"versions of {kind} that the catalogue knows: "
    expected += f"{oldest} to {entry.newest_text}" if oldest else f"up to {entry.newest_text}"
    if _too_new(wanted, entry.newest):
        newest_minor = ".".join(map(str, entry.newest.release[:2]))
        minor = wanted.low is not None and wanted.low < entry.newest.next_minor()
        action = f'write "{newest_minor}", which means each of its patch releases' if minor else ""
        return (
            f"{kind} {quote(text)} is newer than the newest known",
            expected,
            action or _when_too_new(entry, wanted),
        )
    if oldest is not None and any(end is not None and end < oldest for end in (wanted.low, wanted.high)):
        action = f"upgrade {kind}, or correct the version"
        return f"{kind} {quote(text)} is older than the oldest known", expected, action
    return None


def _when_too_new(entry: Exporter, wanted: VersionRange) -> str:
    broken = [note for start, note in entry.breaks if wanted.high is None or wanted.high >= start]
    if broken:
        return f"upgrade dashgen: {broken[-1]}"
    return f'write "{entry.newest_text}" if nothing you use changed since, or upgrade dashgen'


def _too_new(wanted: VersionRange, newest: Version) -> bool:
    if wanted.low is not None and wanted.low > newest:
        return True
    after = newest.next_minor()
    return wanted.high is not None and wanted.high > newest and (wanted.high_included or wanted.high > after)


def _oldest(entry: Exporter) -> Version | None:
    """The oldest version of which anything is known."""
    known = [engine.since for engine in entry.engines]
    for metric in entry.metrics:
        known += [version for version in (metric.since, metric.deprecated_in) if version]
        known += [version for history in metric.shipped.values() for version, _ in history]
        known += [version for version, _ in metric.label_history]
    return min((version for version in known if any(version.release)), default=None)


def targets() -> tuple[str, ...]:
    """Names of the output formats: the modules of ``dashgen/emit/targets``."""
    names = (entry.name for entry in (Path(__file__).parents[2] / "emit" / "targets").iterdir())
    modules = (name.removesuffix(".py") for name in names if name.endswith(".py") and not name.startswith("_"))
    return tuple(sorted(module.replace("_", "-") for module in modules))


def suggest(word: str, options: tuple[str, ...]) -> tuple[str, str]:
    """(expected, action) for a name that is none of ``options``."""
    meant = closest(word, options)
    return f"one of {listing(options)}", f"write `{meant}`" if meant else "use one of these"
