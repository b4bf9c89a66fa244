"""What Prometheus refuses in an expression that has a tree: types, numbers of arguments, modifiers in wrong places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.promql.functions import Type, aggregations, functions
from dashgen.promql.nodes import (
    Aggregate,
    At,
    Binary,
    Call,
    Inner,
    Node,
    Number,
    Offset,
    Paren,
    Place,
    Ranged,
    Selector,
    Signed,
    Text,
)
from dashgen.promql.parse import COMPARISONS, SETS
from dashgen.promql.regex import takes_empty
from dashgen.promql.wording import TYPES, instead, signature


@dataclass(frozen=True, slots=True)
class Fault:
    """``found`` and ``expected`` are clauses, ``action`` says what to do; characters ``[start, end)``."""

    start: int
    end: int
    found: str
    expected: str
    action: str = ""


def faults(root: Node) -> list[Fault]:
    """Everything wrong with a tree, from left to right as far as it is independent."""
    found = _Types()
    found.of(root)
    return found.faults


class _Types:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def of(self, node: Node) -> Type:
        """The type of a node; ``any`` when something inside is wrong already, so that it is said once."""
        before = len(self.faults)
        kind = _OF[type(node)](self, node)
        return "any" if len(self.faults) > before else kind

    def say(self, place: Place, found: str, expected: str, action: str = "") -> None:
        self.faults.append(Fault(place.start, place.end, found, expected, action))

    def number(self, _: Number) -> Type:
        return "scalar"

    def string(self, _: Text) -> Type:
        return "text"

    def paren(self, node: Paren) -> Type:
        return self.of(node.inner)

    def selector(self, node: Selector) -> Type:
        if node.name is not None:
            twice = next((each for each in node.matchers if each.label == "__name__"), None)
            if twice is not None:
                self.say(twice, "the name of the series is there twice", "it before the braces or between them")
        elif all(_empty(each.operator.text, each.value.text, each.text) for each in node.matchers):
            self.say(
                node,
                "a selector that matches everything",
                "a name, or a matcher that does not match the empty string",
                "name the series",
            )
        bare = node.name is not None and not node.matchers and _variable(node.name.text)
        return "any" if bare else "vector"

    def ranged(self, node: Ranged) -> Type:
        inner = self.of(node.inner)
        if node.colon:
            self._expect(node.inner, inner, "vector", "before a subquery's `[`")
        elif not isinstance(node.inner, Selector):
            self.say(
                node,
                "a range behind what is no selector",
                "a selector before `[…]`, or a subquery such as `[5m:1m]`",
                "put the range inside, behind the selector, or make it a subquery",
            )
        return "matrix"

    def modified(self, node: Inner) -> Type:
        inner, word = node.inner, "offset" if isinstance(node, Offset) else "@"
        kind = self.of(inner)
        while isinstance(inner, (Offset, At)):
            if type(inner) is type(node):
                self.say(node, f"`{word}` twice", "it once")
                return kind
            inner = inner.inner
        if not isinstance(inner, (Selector, Ranged)):
            self.say(
                node,
                f"`{word}` behind what is no selector",
                "it directly behind a selector, its range or a subquery",
                "move it inside, behind the selector",
            )
        return kind

    def signed(self, node: Signed) -> Type:
        kind = self.of(node.inner)
        if kind in ("matrix", "text"):
            self.say(node, f"a sign before {TYPES[kind]}", "a number or an instant vector")
        return kind

    def call(self, node: Call) -> Type:
        name = node.function.text
        given = [self.of(argument) for argument in node.arguments]
        function = functions().get(name)
        if _variable(name):
            return "any"
        if function is None:
            self.say(node.function, f"`{name}`, which is no function of Prometheus", *instead(name))
            return "any"
        least = len(function.arguments) - (1 if function.optional is None else function.optional)
        most = None if function.optional is None else len(function.arguments)
        if len(given) < least or (most is not None and len(given) > most):
            wanted = str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            said = f"{len(given)} argument{'' if len(given) == 1 else 's'} of `{name}`"
            self.say(node, said, f"{wanted}: {signature(name)}")
            return function.result
        for index, (argument, kind) in enumerate(zip(node.arguments, given, strict=True)):
            wanted_type = function.arguments[min(index, len(function.arguments) - 1)]
            self._expect(argument, kind, wanted_type, f"in `{name}`")
        return function.result

    def aggregate(self, node: Aggregate) -> Type:
        name = node.function.text.lower()
        given = [self.of(argument) for argument in node.arguments]
        function = aggregations().get(name)
        if function is None:
            if not _variable(name):
                self.say(node.function, f"`{name}`, which is no aggregation of Prometheus", *instead(name))
            return "vector"
        if len(given) != len(function.arguments):
            wanted = "a parameter and an instant vector" if len(function.arguments) > 1 else "one instant vector"
            self.say(node, f"{len(given)} argument{'' if len(given) == 1 else 's'} of `{name}`", wanted)
            return "vector"
        for argument, kind, wanted_type in zip(node.arguments, given, function.arguments, strict=True):
            self._expect(argument, kind, wanted_type, f"in `{name}`")
        return "vector"

    def binary(self, node: Binary) -> Type:
        operator = node.operator.text.lower()
        sides = [self.of(node.left), self.of(node.right)]
        for side, kind in zip((node.left, node.right), sides, strict=True):
            if kind in ("matrix", "text"):
                action = "put a function such as `rate` around it" if kind == "matrix" else ""
                self.say(side, f"{TYPES[kind]} beside `{operator}`", "a number or an instant vector", action)
        scalars = [kind == "scalar" for kind in sides]
        self._modifiers(node, operator, any(scalars))
        if operator in SETS and any(scalars):
            number = node.left if scalars[0] else node.right
            self.say(number, f"a number beside `{operator}`", "instant vectors on both sides", "write `vector(…)`")
        if operator in COMPARISONS and all(scalars) and node.boolean is None:
            self.say(node.operator, "a comparison of two numbers", f"`{operator} bool`", f"write `{operator} bool`")
        return "scalar" if all(scalars) else "any" if "any" in sides and "vector" not in sides else "vector"

    def _modifiers(self, node: Binary, operator: str, scalar: bool) -> None:
        if node.boolean is not None and operator not in COMPARISONS:
            self.say(node.boolean, f"`bool` behind `{operator}`", "it behind a comparison only", "remove it")
        if node.matching is not None and node.matching.items and scalar:
            word = node.matching.word
            self.say(
                node.matching, f"`{word}` beside a number", "instant vectors on both sides", f"remove `{word} (…)`"
            )
        if node.grouping is None:
            return
        word = node.grouping.word
        if node.matching is None:
            self.say(node.grouping, f"`{word}` without `on` or `ignoring`", "`on (…)` or `ignoring (…)` before it")
        elif operator in SETS:
            self.say(node.grouping, f"`{word}` behind `{operator}`", "none: sets match many to many", "remove it")
        elif node.matching.word == "on":
            both = {each.text for each in node.matching.items} & {each.text for each in node.grouping.items}
            both = {each for each in both if not _variable(each)}
            if both:
                self.say(node.grouping, f"`{min(both)}` in `on` and in `{word}`", "each label in one of them")

    def _expect(self, node: Node, found: Type, wanted: Type, where: str) -> None:
        if found in (wanted, "any") or wanted == "any":
            return
        action = ""
        if wanted == "matrix" and found == "vector":
            selector = isinstance(node, Selector)
            action = (
                "add a range such as `[5m]`" if selector else "take the range of the series, or a subquery `[1h:1m]`"
            )
        elif wanted == "vector" and found == "matrix":
            action = "remove the range, or put a function such as `rate` around it"
        elif (wanted, found) in (("vector", "scalar"), ("scalar", "vector")):
            action = f"write `{'vector' if wanted == 'vector' else 'scalar'}(…)`"
        self.say(node, f"{TYPES[found]} {where}", TYPES[wanted], action)


def _empty(operator: str, written: str, value: str) -> bool:
    """Whether a matcher lets series through that do not have the label."""
    if _variable(written):
        return False
    if operator in ("=", "!="):
        return (value == "") == (operator == "=")
    matches = takes_empty(value)
    return matches is not None and matches == (operator == "=~")


def _variable(text: str) -> bool:
    return "$" in text or "[[" in text


_OF: Mapping[type[Node], Callable[[_Types, Any], Type]] = {
    Number: _Types.number,
    Text: _Types.string,
    Paren: _Types.paren,
    Selector: _Types.selector,
    Ranged: _Types.ranged,
    Offset: _Types.modified,
    At: _Types.modified,
    Signed: _Types.signed,
    Call: _Types.call,
    Aggregate: _Types.aggregate,
    Binary: _Types.binary,
}
