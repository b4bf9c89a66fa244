"""What the second engine means for a case: what it contradicts without a known reason has failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashgen.testing.engines.compare import differences
from dashgen.testing.engines.reasons import Reasons
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.play import PlayError
from dashgen.testing.promtool.pool import Outcome
from dashgen.testing.results import Difference, Failure, Result


def verdict(prepared: Prepared, first: Outcome, second: Outcome) -> Result:
    """promtool's verdict (``first``), with how vmalert-tool's answers (``second``) differ.

    An assertion that holds for promtool and not for vmalert-tool is a failure, unless every difference it follows from
    has a known reason. What promtool could not play is not compared.
    """
    result = prepared.result(first)
    if isinstance(first, PlayError):
        return result
    if isinstance(second, PlayError):
        reason = Reasons(prepared.subject, prepared.clock).of_refusal(prepared.play.series.values())
        found: tuple[Difference, ...] = (Difference(prepared.name, "it plays", str(second), "", reason),)
    else:
        found = tuple(differences(prepared, first, second))
    held = [each for each in prepared.result(second).failures if _key(each) not in set(map(_key, result.failures))]
    marked = tuple(replace(each, contradicts=any(_follows(failure, each) for failure in held)) for each in found)
    failed = tuple(
        replace(failure, subject=f"{failure.subject}, says vmalert-tool")
        for failure in held
        if not _excused(failure, marked)
    )
    return replace(result, failures=(*result.failures, *failed), differences=marked)


def _key(failure: Failure) -> tuple[object, ...]:
    return failure.kind, failure.where, failure.subject


def _excused(failure: Failure, found: Sequence[Difference]) -> bool:
    causes = [each for each in found if _follows(failure, each)]
    return bool(causes) and all(each.reason for each in causes)


def _follows(failure: Failure, difference: Difference) -> bool:
    """Whether a failure can come from a difference: both of one query or one alert; messages come from any alert."""
    if failure.kind in ("panel", "query", "play"):
        return (failure.subject, failure.expr) == (difference.subject, difference.expr)
    alert, brace, _ = difference.subject.partition("{")
    return bool(brace) and (failure.kind == "notification" or failure.subject.partition("{")[0] == alert)
