"""Test files of promtool, and of vmalert-tool, which are the same with other words."""

from __future__ import annotations

from dashgen.lint.document import Place
from dashgen.lint.expression import Expression
from dashgen.lint.readers.finder import Finder
from dashgen.lint.subject import Json, items, text

_EXPRESSIONS = ("promql_expr_test", "metricsql_expr_test")


def takes(data: Json) -> bool:
    """Whether data is one."""
    return isinstance(data.get("tests"), list) and ("rule_files" in data or _has_tests(data))


def _has_tests(data: Json) -> bool:
    known = {*_EXPRESSIONS, "alert_rule_test", "input_series"}
    return any(known & item.keys() for _, item in items(data["tests"]))


def read(place: Place, data: Json, finder: Finder) -> None:
    """The expressions that are tested, and the names of the alerts."""
    for number, test in items(data["tests"]):
        about = f'test "{text(test.get("name"))}"' if test.get("name") else f"test {number + 1}"
        where = place.child("tests", number)
        for key in _EXPRESSIONS:
            for index, item in items(test.get(key)):
                expr = item.get("expr")
                if isinstance(expr, (str, int, float)) and not isinstance(expr, bool):
                    at = where.child(key, index, "expr")
                    finder.found.tests.append(Expression(str(expr), at, "test", None, about))
        for index, item in items(test.get("alert_rule_test")):
            if text(item.get("alertname")):
                at = where.child("alert_rule_test", index, "alertname")
                finder.found.tested.append((text(item["alertname"]), at))
