"""JUnit files: what the schemas of Ant and Jenkins both allow, whatever the texts are."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given

from dashgen.report.line import plain
from dashgen.testing.report import registry
from tests.testing.report.sample import COMPARED, FAILED, GOOD, NOTHING
from tests.testing.report.texts import TEXT, run_of

NUMBER, SECONDS, WORDS, ANY = r"[0-9]+", r"[0-9]{1,3}\.[0-9]*", r"(?s).+", r"(?s).*"
# Element -> (its attributes, each of them required by one of the schemas; its children, in the order Ant's has them).
SHAPES = {
    "testsuites": ({}, r"(testsuite )*"),
    "testsuite": (
        {
            "name": WORDS,
            "package": ANY,
            "id": NUMBER,
            "hostname": WORDS,
            "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}",
            "tests": NUMBER,
            "failures": NUMBER,
            "errors": NUMBER,
            "time": SECONDS,
        },
        r"properties (testcase )*system-out system-err ",
    ),
    "properties": ({}, r"(property )*"),
    "property": ({"name": WORDS, "value": ANY}, ""),
    "testcase": ({"name": ANY, "classname": ANY, "time": SECONDS}, r"(failure )?"),
    "failure": ({"type": WORDS, "message": ANY}, ""),
    "system-out": ({}, ""),
    "system-err": ({}, ""),
}


def document(run):
    text = plain(registry.lines("junit", run))
    assert text.isascii()
    return ElementTree.fromstring(text)


def assert_valid(root):
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = SHAPES[element.tag]
        assert element.keys() == list(attributes)
        for name, pattern in attributes.items():
            assert re.fullmatch(pattern, element.get(name)), (element.tag, name)
        assert re.fullmatch(children, "".join(f"{child.tag} " for child in element))


@pytest.mark.parametrize("run", [FAILED, GOOD, NOTHING, COMPARED], ids=["failed", "good", "nothing", "compared"])
def test_it_has_the_shape_of_the_schemas(run):
    assert_valid(document(run))


@given(text=TEXT)
def test_no_text_breaks_it(text):
    root = document(run_of(text))
    assert_valid(root)
    legal = "".join(char for char in text if char.isprintable())
    if legal == text:
        assert root.find(".//testcase").get("classname") == (text or "spec")


def test_a_suite_is_a_spec_and_counts_its_cases():
    found = [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in document(FAILED)]
    assert found == [("chat", "2", "1"), ("rag", "1", "1")]


def test_a_failure_says_what_was_expected_and_what_there_is():
    (failure,) = document(FAILED).findall("testsuite[@name='rag']//failure")
    assert failure.get("type") == "query"
    assert failure.get("message") == "query at 5m: expected 3, actual an error: parse error: unexpected ) (and 2 more)"
    for text in ("expected  3", "11m page LLMTimeToFirstTokenHigh of qwen", "50 %, no more, no less"):
        assert text in failure.text


def test_characters_that_xml_cannot_hold_stay_readable():
    root = document(run_of("a\x1b\x00\r\ufffe\u00e9"))
    assert root.find("testsuite").get("name") == "a\\x1b\\x00\\r\\ufffe\u00e9"
