"""``mixed-bucket-layouts``."""

from __future__ import annotations

from collections.abc import Iterable

from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, Source, distribution, sources
from dashgen.lint.meaning.world import World
from dashgen.lint.subject import Query
from dashgen.promql.histogram import BOUND
from dashgen.promql.nodes import Aggregate

_MODELS = frozenset({"model", "model_name", "gen_ai_request_model", "litellm_model_name", "requested_model"})
_APART = _MODELS | frozenset(
    {"job", "instance", "pod", "service", "container", "app", "exporter", "runtime", "engine", "source", "provider"}
)
"""Labels that keep one exporter, and so one set of bounds, apart from another."""


class MixedBucketLayouts(Check):
    """Buckets with unlike bounds do not add up.

    A bucket counts everything up to its bound. Where one of two histograms has no bucket for a bound, its requests
    are missing in the sum there, so the counts fall where they can only rise, and the quantile read off them is wrong
    by whole buckets. vLLM's bounds for tokens end at the model's context length: above it the requests of the
    smaller model vanish from the sum, and the p95 jumps to the longest bound of the larger one.

    Bad:

        histogram_quantile(0.95, sum by (le) (rate(vllm:request_prompt_tokens_bucket[5m])))

    Bad:

        histogram_quantile(0.95, sum by (le) (
          rate(vllm:time_to_first_token_seconds_bucket[5m]) or rate(sglang:time_to_first_token_seconds_bucket[5m])))

    Good:

        histogram_quantile(0.95, sum by (le, model_name) (rate(vllm:request_prompt_tokens_bucket[5m])))
    """

    code = "PQL010"
    name = "mixed-bucket-layouts"
    severity = Severity.WARNING

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at sums of buckets."""
        for node, _ in expression.analysis.aggregates:
            kept = _kept(node)
            if kept is None or BOUND not in kept or not node.arguments:
                continue
            found = [each for each in sources(node.arguments[-1], world) if each.name.endswith(BUCKET)]
            said = _unlike(found, kept, world) or _per_model(found, kept, expression, world)
            if said:
                yield self.finding(
                    expression.at(node.grouping or node.function),
                    expression.about,
                    said,
                    "buckets with the same bounds: where one has no bucket its requests are missing in the sum",
                    "keep the label that tells them apart, or show them separately",
                )


def _kept(node: Aggregate) -> frozenset[str] | None:
    """The labels a sum keeps; None for anything else."""
    grouping = node.grouping
    if node.function.text.lower() != "sum" or grouping is None or grouping.word != "by":
        return None
    names = frozenset(item.text.strip("\"'`") for item in grouping.items)
    return None if any("$" in name or "[[" in name for name in names) else names


def _unlike(found: list[Source], kept: frozenset[str], world: World) -> str:
    """What is added up when several metrics, or several versions of one, have unlike bounds; '' when none have."""
    if kept & _APART:
        return ""
    layouts = {each.base: known.layouts for each in found if (known := distribution(each.name, world)) is not None}
    unlike = {base: bounds for base, bounds in layouts.items() if bounds}
    if len({bounds for every in unlike.values() for bounds in every}) < 2:
        return ""
    if len(unlike) == 1:
        # The versions that run at the same time have them, not two metrics.
        return f"a sum over versions of the exporter whose bounds of `{next(iter(unlike))}` differ"
    names = " and ".join(f"`{base}`" for base in list(unlike)[:2])
    return f"a sum of {names}, whose bounds differ"


def _per_model(found: list[Source], kept: frozenset[str], expression: Expression, world: World) -> str:
    """What is added up when bounds differ by model and models are mixed; '' when they are not."""
    if kept & _MODELS:
        return ""
    for each in found:
        known = distribution(each.name, world)
        if known is not None and known.per_model and not _one_model(each, expression):
            return f"a sum over models of `{each.base}`, whose bounds end at each model's own limit"
    return ""


def _one_model(source: Source, expression: Expression) -> bool:
    """Whether a selector picks one model, or may do so through a variable nobody can pick several values of."""
    matchers = [each for each in source.selector.matchers if each.label in _MODELS or each.label in _APART]
    return any(
        each.operator.text == "=" or (each.operator.text == "=~" and not _several(each.text, expression))
        for each in matchers
    )


def _several(pattern: str, expression: Expression) -> bool:
    """Whether a pattern can mean several models."""
    if "$" not in pattern and "[[" not in pattern:
        return any(character in pattern for character in "|*+?[")
    owner = expression.owner
    if not isinstance(owner, Query):
        return False
    used = (each for each in owner.panel.dashboard.variables if each.name and each.name in pattern)
    return any(each.data.get("multi") is True or each.data.get("includeAll") is True for each in used)
