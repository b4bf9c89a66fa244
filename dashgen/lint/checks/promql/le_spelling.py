"""``le-spelling``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from dashgen.catalogue.version import Version
from dashgen.lint.check import Check
from dashgen.lint.expression import Expression
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.meaning.numbers.histograms import BUCKET, Source, sources
from dashgen.lint.meaning.world import World
from dashgen.promql.histogram import BOUND
from dashgen.promql.nodes import Matcher

_POINT = frozenset({"vllm", "litellm", "sglang", "production-stack-router", "tensorrt-llm", "nim"})
"""Written in Python, whose client library writes ``120.0``; what others write depends on the path they take."""
_PATHS = frozenset({"app", "otel-genai"})
_NORMALISED = Version.parse("3.0")
"""From here Prometheus itself writes every bound it scrapes as ``120.0``; OTLP it takes as it comes."""
_LONGEST = 6
"""Digits before the point of the longest number that is written without an exponent."""
_LIST = re.compile(r"\(?[0-9.|eE+\\-]+\)?")


class LeSpelling(Check):
    """The bound of a bucket is text: ``le="120"`` does not match ``le="120.0"``.

    Python exporters write ``120.0``, and Prometheus 3 writes every bound that way when it scrapes. A selector with
    the other spelling matches nothing, so the share of fast requests is empty and the alert on it never fires.

    Bad:

        sum(rate(vllm:e2e_request_latency_seconds_bucket{le="120"}[5m]))

    Good:

        sum(rate(vllm:e2e_request_latency_seconds_bucket{le="120.0"}[5m]))
    """

    code = "PQL011"
    name = "le-spelling"
    severity = Severity.ERROR

    def expression(self, expression: Expression, world: World) -> Iterable[Finding]:
        """Looks at matchers of ``le``."""
        for selector, _ in expression.analysis.selectors:
            for matcher in selector.matchers:
                if matcher.label != BOUND:
                    continue
                wrong = _wrong(matcher)
                if not wrong or not _writes_point(sources(selector, world), world):
                    continue
                right = ", ".join(f'`{BOUND}="{spelled(float(each))}"`' for each in wrong)
                single = matcher.operator.text in ("=", "!=")
                what = "which no series has" if single else f"of which {', '.join(wrong)} match nothing"
                quote = matcher.value.text[:1]
                text = f"{quote}{spelled(float(wrong[0]))}{quote}"
                yield self.finding(
                    expression.at(matcher.value),
                    expression.about,
                    f"`{BOUND}{matcher.operator.text}{matcher.value.text}`, {what}",
                    f"{right}, as the bound is stored",
                    f"write {right}",
                    [Edit(expression.at(matcher.value), text)] if single else (),
                )


def _wrong(matcher: Matcher) -> list[str]:
    """The bounds a matcher names that are spelled another way than they are stored."""
    text = matcher.text
    single = matcher.operator.text in ("=", "!=")
    if not text or "$" in text or not (single or _LIST.fullmatch(text)):
        return []
    named = [text] if single else text.strip("()").replace("\\", "").split("|")
    return [each for each in named if _finite(each) and spelled(float(each)) != each]


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _writes_point(found: Iterable[Source], world: World) -> bool:
    """Whether all of the buckets are known to have bounds spelled with a point."""
    names = {each.name for each in found}
    normalised = world.assume.prometheus >= _NORMALISED and world.assume.flavour != "victoriametrics"
    for name in names:
        entries = world.known(name) if name.endswith(BUCKET) else ()
        writers = {each.exporter.name for each in entries}
        if not writers or writers & _PATHS or not (normalised or writers <= _POINT):
            return False
    return bool(names)


@lru_cache(maxsize=4096)
def spelled(bound: float) -> str:
    """A bound as Python's client library and Prometheus 3 write it: ``120.0``, ``0.25``, ``1e+06``."""
    written = repr(float(bound))
    whole, _, rest = written.partition(".")
    if len(whole) <= _LONGEST or "e" in written:
        return written
    # Go turns to exponents sooner than Python.
    digits = (whole + rest).rstrip("0")
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip(".")
    return f"{mantissa}e+{len(whole) - 1:02d}"
