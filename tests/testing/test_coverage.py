"""What counts as asserted."""

import pytest

from dashgen.testing.coverage import FIRED, QUERIES, RECORDS, SILENT, coverage, enough, percent
from dashgen.testing.results import Covered
from tests.testing.scenes import prepared

TTFT = "LLMTimeToFirstTokenHigh"
HEAD = "name: q\n"


def missing(folder, text):
    (covered,) = coverage(prepared(folder, HEAD + text))
    return covered.counts, set(covered.missing)


@pytest.mark.parametrize(
    ("alerts", "fired", "silent"),
    [
        (f"{{{TTFT}: {{firing: 5m..6m}}}}", True, False),
        (f"{{{TTFT}: silent}}", False, True),
        (f"{{{TTFT}: {{firing: []}}}}", False, True),
        ("{}\nbackground: present", False, False),
        ("{}", False, True),
    ],
)
def test_an_alert_has_to_be_named_both_ways(tmp_path, alerts, fired, silent):
    counts, left = missing(tmp_path, f"alerts: {alerts}\n")
    assert counts[FIRED][0] == int(fired)
    assert (f"{FIRED}: {TTFT}" in left, f"{SILENT}: {TTFT}" in left) == (not fired, not silent)


@pytest.mark.parametrize(("shows", "counts"), [("2", 1), ("{a: 2}", 1), ("[1, 2]", 1), ("empty", 0), ("not empty", 0)])
def test_a_panel_query_has_to_have_a_value(tmp_path, shows, counts):
    found, _ = missing(tmp_path, f"panels: {{at: 1m, shows: {{service-health/ttft-client/p95: {shows}}}}}\n")
    assert found[QUERIES][0] == counts


def test_a_record_counts_with_what_reads_it(tmp_path):
    name = "llm:ttft_client_milliseconds_bucket:rate5m"
    assert f"{RECORDS}: {name}" in missing(tmp_path, "alerts: {}\n")[1]
    shown = "panels: {at: 1m, shows: {service-health/ttft-client/p95: 1}}\n"
    assert f"{RECORDS}: {name}" not in missing(tmp_path, shown)[1]
    both = f"cases:\n  a: {{alerts: {{{TTFT}: silent}}}}\n  b: {{alerts: {{{TTFT}: {{firing: 1m..}}}}}}\n"
    assert f"{RECORDS}: {name}" not in missing(tmp_path, both)[1]
    once = f"alerts: {{{TTFT}: {{firing: 1m..}}}}\n"
    assert f"{RECORDS}: {name}" in missing(tmp_path, once)[1]


def test_enough_is_said_of_every_spec():
    half, whole = Covered("a", {"x": (1, 2)}), Covered("b", {"x": (2, 2)})
    assert (percent(half), percent(whole), percent(Covered("c", {}))) == (50, 100, 100)
    assert enough((half, whole), 50) and not enough((half, whole), 51) and enough((half,), None)
