"""Runs whose every text is hostile."""

from __future__ import annotations

from hypothesis import strategies as st

from dashgen.errors import Location
from dashgen.testing.results import Difference, Engine, Failure, Fed, Legend, Result, Run
from tests.testing.report.sample import FAILED

HOSTILE = '%:,\r\n"\\<>&\x00\x1b\t{}$\u2028\ufffe'
# Not an alphabet of text(), in which single characters drown.
CHARACTERS = st.one_of(st.sampled_from(HOSTILE), st.characters(exclude_categories=["Cs"]))
TEXT = st.lists(CHARACTERS, max_size=12).map("".join)


def run_of(text):
    """One failure with this text wherever a user's text can be."""
    legends = (Legend(text, text, text, holds=False),)
    failures = (
        Failure("panel", Location(text, 1, 2), text, text, text, text, fed=(Fed(text, text),), legends=legends),
        Failure("query", Location(text), text, text, text),
    )
    differences = (Difference(text, text, text, text, text),)
    results = (Result(text, text, text or "spec", Location(text), 2, 0.0, failures, differences),)
    return Run(text, text, results, 0.0, (text,), started=FAILED.started, vmalert=Engine(text, text))
