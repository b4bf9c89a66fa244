"""Every check has its shape, its documentation holds, and its cases in ``checks/<family>/<name>.yaml`` come true.

A case is a mapping with one of ``panel``, ``alert``, ``record`` (an expression), ``rules`` (of a group), ``dashboard``
(parts of one), ``file`` (a text, or several by name); with ``assume`` as for ``--assume``, ``server`` as in
``tests.lint.server``, ``from`` where it is seen, and in ``fail`` cases ``found``: parts of what is said, ``at``: the
texts that are pointed at, in order, and ``severity``: of all that is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashgen.lint.check import Check, hooks
from dashgen.lint.docs import documentation
from dashgen.lint.registry import checks, family
from tests.lint.wrap import KINDS, findings, pointed_at

CASES = Path(__file__).with_name("checks")
CODE = {
    "syntax": "SYN",
    "catalogue": "CAT",
    "promql": "PQL",
    "alerts": "ALR",
    "dashboards": "DSH",
    "packaging": "PKG",
    "suppressions": "SUP",
    "live": "LIV",
}
KEYS = {*KINDS, "name", "assume", "from", "found", "at", "server", "severity"}


def path_of(check: Check) -> Path:
    return CASES / family(check) / f"{check.name.replace('-', '_')}.yaml"


def of(check: Check) -> dict[str, list[dict[str, Any]]]:
    return yaml.safe_load(path_of(check).read_text("utf-8"))


def cases(kind: str) -> Iterator[Any]:
    # That a check has cases is for the test of its shape to say.
    for check in (each for each in checks() if path_of(each).is_file()):
        for number, case in enumerate(of(check)[kind]):
            yield pytest.param(check, case, id=f"{check.name}-{number}-{case.get('name', '')}"[:80])


def found_in(check: Check, case: dict[str, Any]) -> list[Any]:
    assert case.keys() <= KEYS, f"unknown keys {case.keys() - KEYS}"
    (kind,) = [key for key in KINDS if key in case]
    assume = [f"{name}={value}" for name, value in case.get("assume", {}).items()]
    return findings(kind, case[kind], check.name, assume, server=case.get("server") or check.server)


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_has_the_shape_of_one(check: Check) -> None:
    module = type(check).__module__
    assert module == f"dashgen.lint.checks.{family(check)}.{check.name.replace('-', '_')}"
    assert type(check).__name__ == check.name.title().replace("-", "")
    assert re.fullmatch(rf"{CODE[family(check)]}\d{{3}}", check.code)
    assert hooks(check), "looks at nothing"
    said = documentation(check)
    assert said.title.endswith(".") and len(said.title) <= 120 and said.why and said.bad and said.good
    written = of(check)
    assert len(written["fail"]) >= 3 and len(written["pass"]) >= 3
    assert written.keys() == {"fail", "pass"}


def test_codes_and_names_are_unique() -> None:
    assert len({check.code for check in checks()}) == len({check.name for check in checks()}) == len(checks())


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_documented_examples_are_true(check: Check) -> None:
    said = documentation(check)
    for text in said.bad:
        found = findings(check.example, text, check.name, check.assume, server=check.server)
        assert found, f"nothing is wrong with {text}"
    for text in said.good:
        found = findings(check.example, text, check.name, check.assume, server=check.server)
        assert not found, f"{found[0].found} in {text}"


@pytest.mark.parametrize(("check", "case"), list(cases("fail")))
def test_fails(check: Check, case: dict[str, Any]) -> None:
    found = found_in(check, case)
    assert found, "nothing found"
    said = [" | ".join((each.about, each.found, each.expected, each.action)) for each in found]
    wanted = case.get("found", [])
    for part in [wanted] if isinstance(wanted, str) else wanted:
        assert any(part in text for text in said), f"{part!r} not in {said}"
    if "at" in case:
        at = [case["at"]] if isinstance(case["at"], str) else case["at"]
        assert [pointed_at(each) for each in found] == at
    if "severity" in case:
        assert {str(each.severity) for each in found} == {case["severity"]}
    for each in found:
        assert each.found and each.expected and not each.found.endswith(".") and not each.action.endswith(".")


@pytest.mark.parametrize(("check", "case"), list(cases("pass")))
def test_passes(check: Check, case: dict[str, Any]) -> None:
    found = found_in(check, case)
    assert not found, f"{found[0].found}; {found[0].expected}"
