"""Checks of the sources against the catalogue: kinds, versions, variants, metrics, selectors."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.spec.checks import known
from dashgen.spec.checks.finding import Finding
from dashgen.spec.checks.regex import regex_problem
from dashgen.spec.document import Path
from dashgen.spec.spec import Spec
from dashgen.spec.words import quote


def source_kinds(spec: Spec) -> Iterator[Finding]:
    """Each kind is an exporter of the catalogue."""
    for index, source in enumerate(spec.sources):
        if source.kind not in known.kinds():
            expected, action = known.suggest(source.kind, known.kinds())
            yield Finding(("sources", index, "kind"), f"unknown source kind {quote(source.kind)}", expected, action)


def source_names(spec: Spec) -> Iterator[Finding]:
    """Each source has its own name; the kind is the default."""
    seen: dict[str, int] = {}
    for index, source in enumerate(spec.sources):
        if source.id in seen:
            other: Path = ("sources", seen[source.id])
            yield Finding(
                ("sources", index, "name" if source.name else "kind"),
                f"a second source named {quote(source.id)}",
                "a different name for each source; without `name` it is the kind",
                f"add for example `name: {source.kind}-2`" if not source.name else "rename one of the two",
                reads=(("sources", index, "name"), ("sources", index, "kind")),
                other=other,
            )
        seen.setdefault(source.id, index)


def versions(spec: Spec) -> Iterator[Finding]:
    """A version is one the catalogue knows."""
    for index, source in known.sources(spec):
        if source.version is None:
            continue
        problem = known.version_problem(source.kind, source.version)
        if problem:
            found, expected, action = problem
            kind: Path = ("sources", index, "kind")
            yield Finding(("sources", index, "version"), found, expected, action, reads=(kind,))


def variants(spec: Spec) -> Iterator[Finding]:
    """A variant is one the catalogue documents for the exporter."""
    for index, source in known.sources(spec):
        if source.variant is None:
            continue
        names = known.variants(source.kind)
        if source.variant not in names:
            expected, action = known.suggest(source.variant, names)
            yield Finding(
                ("sources", index, "variant"),
                f"unknown variant {quote(source.variant)} of {source.kind}",
                expected if names else f"no variant: {source.kind} has only one configuration",
                action if names else "remove `variant`",
                reads=(("sources", index, "kind"),),
            )


def metrics(spec: Spec) -> Iterator[Finding]:
    """Metrics switched on or off are metrics of the exporter, and not both."""
    for index, source in known.sources(spec):
        if not source.enabled and not source.disabled:
            continue
        names = known.metrics(source.kind)
        for key, given in (("enabled", source.enabled), ("disabled", source.disabled)):
            for place, name in enumerate(given):
                path: Path = ("sources", index, key, place)
                if not known.has_metric(source.kind, name):
                    _, action = known.suggest(name, names)
                    yield Finding(
                        path,
                        f"unknown metric {quote(name)} of {source.kind}",
                        f"one of the {len(names)} metrics the catalogue lists for {source.kind}",
                        action if action.startswith("write") else "check its name on the exporter's /metrics",
                        reads=(("sources", index, "kind"),),
                    )
                elif key == "disabled" and name in source.enabled:
                    yield Finding(
                        path,
                        f"{quote(name)} is both enabled and disabled",
                        "a metric in one of the two lists",
                        "remove it from one",
                        other=("sources", index, "enabled", source.enabled.index(name)),
                    )


def label_maps(spec: Spec) -> Iterator[Finding]:
    """One label of an exporter is not two of ours, and never the bound of a bucket."""
    for index, source in enumerate(spec.sources):
        seen: set[str] = set()
        for label, name in source.labels.items():
            if name == "le" or name in seen:
                yield Finding(
                    ("sources", index, "labels", label),
                    f"{quote(name)} for {label}" + (", and for another label too" if name in seen else ""),
                    "a label of the exporter that means this and nothing else",
                    "correct the name",
                )
            seen.add(name)


def selectors(spec: Spec) -> Iterator[Finding]:
    """Regular expressions of selectors are RE2."""
    for index, source in enumerate(spec.sources):
        for label, matcher in source.selector.items():
            for key, text in (("regex", matcher.regex), ("not_regex", matcher.not_regex)):
                problem = regex_problem(text) if text is not None else None
                if problem and text is not None:
                    yield Finding(
                        ("sources", index, "selector", label, key),
                        f"the regular expression {quote(text)} is not RE2: {problem}",
                        "an expression that Prometheus (RE2) accepts",
                        "write it without, or split it into `regex` and a second source",
                    )
