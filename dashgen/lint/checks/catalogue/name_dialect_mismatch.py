"""``name-dialect-mismatch``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dashgen.catalogue.loader import load
from dashgen.lint.checks.catalogue._names import NameCheck
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.names.dialects import Spelling, spellings
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Subjects
from dashgen.promql.nodes import Selector

_Read = tuple[Expression, Selector, Spelling]


class NameDialectMismatch(NameCheck):
    """An OpenTelemetry metric under a name that another path to Prometheus gives it.

    The same instrument is `llm_cost_per_request_usd_bucket` through a collector, through Python and through OTLP, and
    `llm_cost_per_request_bucket` from the pull exporter of JavaScript. Which one is stored depends on the path alone.
    A file that reads both spellings has panels that are blank whatever the path is; units in braces, such as
    `{token}`, never become part of a name.

    Bad:

        sum(rate(gen_ai_client_token_usage_tokens_sum{gen_ai_token_type="output"}[5m]))

    Good:

        sum(rate(gen_ai_client_token_usage_sum{gen_ai_token_type="output"}[5m]))
    """

    code = "CAT011"
    name = "name-dialect-mismatch"
    severity = Severity.WARNING
    kind = "dialect"

    def document(self, subjects: Subjects, world: World) -> Iterable[Finding]:
        """Looks at each name, then at whether one path stores them all."""
        yield from super().document(subjects, world)
        read: dict[str, list[_Read]] = {}
        for expression in subjects.expressions:
            for selector, _ in expression.analysis.selectors:
                for spelling in spellings(selector.metric) if not world.recorded(selector.metric) else ():
                    if not _stated(spelling.exporter, world):
                        read.setdefault(spelling.exporter, []).append((expression, selector, spelling))
        for exporter, names in read.items():
            yield from self._mixed(exporter, names)

    def _mixed(self, exporter: str, names: list[_Read]) -> Iterator[Finding]:
        """Names that the variant of most others does not store; a query that reads both spellings has bridged them."""
        votes = Counter(variant for _, _, spelling in names for variant in spelling.variants)
        told = [spelling.variants for _, _, spelling in names if spelling.variants]
        if not told or frozenset.intersection(*told):
            return
        best = max(votes, key=lambda variant: (votes[variant], variant == load(exporter).default_variant))
        for expression, selector, spelling in names:
            if not spelling.variants or best in spelling.variants or selector.name is None:
                continue
            right = spelling.metric.name_in(best) + spelling.part
            if any(each.metric == right for each, _ in expression.analysis.selectors):
                continue
            others = sum(best in each.variants for _, _, each in names)
            yield self.finding(
                expression.at(selector.name),
                expression.about,
                f"`{selector.metric}`, as variant {' or '.join(sorted(spelling.variants))} stores it, beside {others} "
                f"name{'s' * (others != 1)} as variant {best} does",
                f"`{right}`",
                f"read `{right}`, or the names of the other variant everywhere",
            )


def _stated(exporter: str, world: World) -> bool:
    """Whether somebody said which variant runs; then each name has its own verdict."""
    sources = world.assume.exposed(exporter)
    return not sources or any(source.stated for source in sources)
