"""The golden table of what each shipped spec gets; every alert is either there or named as missing."""

import pytest

from dashgen.assemble import assemble
from tests.coverage_table import TABLE, pages, text
from tests.specs import shipped

PAGES = {
    "LLMTimeToFirstTokenHigh",
    "LLMCostPerRequestDoubled",
    "LLMRequestsQueued",
    "LLMGPUMemoryHigh",
    "LLMErrorRateHigh",
}


def test_the_table_is_what_the_specs_get():
    assert TABLE.read_text() == text(), "run: python -m tests.coverage_table, and read what changed"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_at_most_the_five_page_and_each_other_is_named_as_missing(name):
    there, missing = pages(assemble(shipped()[name]))
    assert there | missing == PAGES
    assert not there & missing
