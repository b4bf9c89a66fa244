"""``unscoped-shared-namespace``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dashgen.lint.check import Check
from dashgen.lint.expression import Above, Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.named import available
from dashgen.lint.meaning.names.series import Known
from dashgen.lint.meaning.numbers.labels import labels
from dashgen.lint.meaning.numbers.matching import names, written_out
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query, Rule, Subjects
from dashgen.promql.nodes import Aggregate, Binary, Selector, inside

_SCOPES = frozenset({"job", "service", "endpoint", "container", "instance", "pod", "app", "namespace", "server"})
_EVERYBODYS = frozenset({"up", "http_requests_total", "http_request_duration_seconds", "http_requests_in_flight"}) | {
    *("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_virtual_memory_bytes"),
    *("python_gc_objects_collected_total", "go_goroutines", "go_memstats_alloc_bytes", "scrape_duration_seconds"),
}
_SAID = re.compile(r"\$labels\.(job|instance|service|pod|container)\b")
_PARTS = ("_bucket", "_count", "_sum", "_created")


class UnscopedSharedNamespace(Check):
    """A name that several exporters use is read without saying whose series are meant.

    `up`, `process_resident_memory_bytes` and `http_requests_total` exist for everything Prometheus scrapes: without
    `job` the panel shows the whole cluster, and the alert goes to the wrong team. Exporters repeat names of others;
    the router of vLLM's production stack exposes `vllm:num_requests_waiting` again for each engine, so a sum over both
    counts every request twice.

    Bad:

        up == 0

    Good:

        up{job="vllm"} == 0
    """

    code = "PQL031"
    name = "unscoped-shared-namespace"
    severity = Severity.WARNING
    example = "alert"

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at names that any process may expose."""
        if isinstance(expression.owner, Query) and _filtered(expression.owner):
            return
        for selector, above in expression.analysis.selectors:
            if _base(selector.metric) not in _EVERYBODYS or world.recorded(selector.metric):
                continue
            if any(matcher.label != "__name__" for matcher in selector.matchers) or _told_apart(above, _SCOPES):
                continue
            if isinstance(expression.owner, Rule) and _says_whose(expression.owner, expression, world):
                continue
            yield self.finding(
                expression.at(selector), expression.about,
                f"`{selector.metric}` of everything that is scraped", "a matcher that says whose",
                f"write `{selector.metric}{{job=\"…\"}}`",
            )  # fmt: skip

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at names of two exporters, where the deployment has both or the file reads what only the second has."""
        read: dict[str, list[tuple[Selector, Above, Expression]]] = {}
        for expression in subjects.expressions:
            for selector, above in expression.analysis.selectors:
                read.setdefault(selector.metric, []).append((selector, above, expression))
        own = {each[0].exporter.name for name in read if len(each := world.known(name)) == 1}
        own |= {exporter for exporter, sources in world.assume.sources.items() if sources}
        for name, places in read.items():
            known = () if world.recorded(name) else world.known(name)
            owners = [each for each in known if each.exporter.name in own and _exposes(each, name, world)]
            if len(owners) > 1 and len(owners) == len(known) and _differ(owners):
                for selector, above, expression in places:
                    yield from self._shared(selector, above, expression, owners)

    def _shared(
        self, selector: Selector, above: Above, expression: Expression, owners: list[Known]
    ) -> Iterator[Finding]:
        own = [frozenset(each.metric.labels) for each in owners]
        scopes = _SCOPES | frozenset().union(*own) - frozenset.intersection(*own)
        if _scoped(selector, scopes) or _told_apart(above, scopes) or _paired(selector, above, scopes):
            return
        titles = " and ".join(each.exporter.title for each in owners)
        yield self.finding(
            expression.at(selector), expression.about,
            f"`{selector.metric}`, which {titles} both expose: everything is there twice",
            "a matcher that selects one of them",
            f"write `{selector.metric}{{job=\"…\"}}`",
        )  # fmt: skip


def _says_whose(rule: Rule, expression: Expression, world: World) -> bool:
    """Whether an alert is meant for everything: it fires for each, and its text says for which."""
    said = {each for text in rule.annotations.values() for each in _SAID.findall(text)}
    root = expression.analysis.root
    return root is not None and any(labels(root, world).may_have(each) for each in said)


def _filtered(query: Query) -> bool:
    """Whether Grafana adds matchers that somebody picks: a variable of ad hoc filters."""
    return any(variable.type == "adhoc" for variable in query.panel.dashboard.variables)


def _base(name: str) -> str:
    return next((name.removesuffix(part) for part in _PARTS if name.endswith(part)), name)


def _scoped(selector: Selector, scopes: frozenset[str]) -> bool:
    return any(matcher.label in scopes for matcher in selector.matchers)


def _paired(selector: Selector, above: Above, scopes: frozenset[str]) -> bool:
    """Whether it is paired label by label with series that are selected by one of the labels."""
    for node in reversed(above):
        if isinstance(node, Aggregate):
            return False
        if isinstance(node, Binary) and node.operator.text.lower() != "or" and node.matching is None:
            others = (each for each in inside(node) if isinstance(each, Selector) and each is not selector)
            if any(_scoped(each, scopes) for each in others):
                return True
    return False


def _told_apart(above: Above, scopes: frozenset[str]) -> bool:
    """Whether series are grouped by one of the labels, so that nothing of one is mixed with the other."""
    groups = (each.grouping for each in above if isinstance(each, Aggregate) and each.grouping is not None)
    return any(
        each.word == "by" and (not written_out(each) or bool(scopes & frozenset(names(each)))) for each in groups
    )


def _exposes(each: Known, name: str, world: World) -> bool:
    """Whether a version of an exporter that the deployment may run has the name."""
    sources = world.assume.exposed(each.exporter.name)
    return any(available(name, each.exporter.name, source).state != "never" for source in sources)


def _differ(owners: list[Known]) -> bool:
    return len({each.metric.meaning for each in owners}) > 1
