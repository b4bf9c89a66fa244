"""Escapes in strings are those of Prometheus."""

from __future__ import annotations

import pytest

from dashgen.promql.strings import unknown_escapes


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (r'"a\.b\\.c\d"', [r"\.", r"\d"]),
        (r'"\a\b\f\n\r\t\v\\\"\x2e\u00e9\U0001f600\101"', []),
        (r"'\'\"'", ['\\"']),
        (r"`\d\.`", []),
        (r'"\xzz\9"', [r"\x", r"\9"]),
        ('"plain"', []),
    ],
)
def test_unknown_escapes(written: str, found: list[str]) -> None:
    assert [written[start:end] for start, end in unknown_escapes(written)] == found
