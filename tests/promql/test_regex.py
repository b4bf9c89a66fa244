"""Whether a regular expression takes an empty label, told without running it."""

from __future__ import annotations

import re
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.promql.regex import takes_empty

PIECES = (
    "a", "b", "(", ")", "|", "*", "+", "?", "??", "{0}", "{1}", "{0,2}", "{2,}", "(?:", "(?P<x>", "(?i:", "[a]", "[]a]",
    "[^]a]", "[^a-z]", "\\d", "\\.", "^", "$", ".", "\\b",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_as_when_it_is_run(pattern: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wanted = re.fullmatch(pattern, "") is not None
        except re.error:
            return
    assert takes_empty(pattern) is wanted


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("", True),
        (".*", True),
        (".+", False),
        ("a|", True),
        ("(?i)a?", True),
        ("\\Q*\\E", None),
        ("\\pL*", True),
        ("\\p{Greek}", False),
        ("\\x{10FFFF}?", True),
        ("[[:alpha:]]*", True),
        ("\\Aa*\\z", True),
        ("(", None),
        (")", None),
        ("[", None),
        ("\\", None),
    ],
)
def test_in_words_of_re2(pattern: str, wanted: bool | None) -> None:
    assert takes_empty(pattern) is wanted


@pytest.mark.parametrize(
    "pattern",
    ["(?:(?:(?:|a){1000}){1000}){1000}", "(|||){30}\\b", "(" * 50_000, "[" * 50_000, "(a*)*" * 20_000, "\\" * 99_999],
    ids=lambda pattern: pattern[:20],
)
def test_takes_no_longer_than_its_text(pattern: str) -> None:
    began = time.process_time()
    takes_empty(pattern)
    assert time.process_time() - began < 1
