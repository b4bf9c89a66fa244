"""What of a selector can be asked of a server: its name and the matchers without variables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashgen.promql import quote
from dashgen.promql.nodes import Matcher, Selector
from dashgen.promql.regex import takes_empty

_VARIABLE = re.compile(r"\$\{|\$[A-Za-z_]|\[\[\w|\{\{")
"""Of Grafana, or of a template the file is made from; a ``$`` that ends a regular expression is none."""
_WHILE_FIRING = frozenset({"ALERTS", "ALERTS_FOR_STATE"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A selector without its variables, so that it selects at least what the selector does."""

    name: str
    matchers: tuple[Matcher, ...]

    @property
    def text(self) -> str:
        """As every server reads it; equal selectors have equal texts."""
        return selector(self.name, *sorted(map(written, self.matchers)))


def asked(found: Selector) -> Asked | None:
    """What can be asked; None without a fixed name, and for series that exist only while something happens."""
    name = found.metric
    if not name or name in _WHILE_FIRING or _VARIABLE.search(name):
        return None
    fixed = (each for each in found.matchers if each.label != "__name__" and not _varies(each))
    return Asked(name, tuple(fixed))


def selector(name: str, *matchers: str) -> str:
    """A selector of a name and matchers; the name may hold any character."""
    return "{" + ",".join((f"__name__={quote.string(name)}", *matchers)) + "}"


def written(matcher: Matcher) -> str:
    """A matcher as every server reads it."""
    label = matcher.label if quote.metric(matcher.label) else quote.string(matcher.label)
    return f"{label}{matcher.operator.text}{quote.string(matcher.text)}"


def wants(matcher: Matcher) -> bool:
    """Whether series without the label do not pass."""
    operator, text = matcher.operator.text, matcher.text
    if operator == "=":
        return text != ""
    if operator == "!=":
        return text == ""
    if operator != "=~":
        return False
    return takes_empty(text) is False


def _varies(matcher: Matcher) -> bool:
    return bool(_VARIABLE.search(matcher.value.text) or _VARIABLE.search(matcher.label))
