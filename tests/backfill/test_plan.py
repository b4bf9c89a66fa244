"""The passes: what a rule reads is made before, and as far back as it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashgen.assemble import assemble
from dashgen.backfill import plan
from dashgen.errors import InputError
from dashgen.model import Alert, Bundle, Dashboard, Panel, PanelRef, Query, RecordingRule, Row, RuleGroup
from dashgen.promql.reads import reads
from tests.specs import variety

END = datetime(2026, 9, 20, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = END - 10 * DAY
LONG_AGO = END - 400 * DAY


def bundle(*rules, queries=(), interval=timedelta(seconds=30)):
    made = tuple(rule if isinstance(rule, (Alert, RecordingRule)) else RecordingRule(*rule) for rule in rules)
    panel = Panel("p", "p", "p", queries=tuple(Query(f"q{n}", *query) for n, query in enumerate(queries)))
    board = Dashboard("d", "d", "d", "d", (Row("r", "r", (panel,)),))
    return Bundle("t", (board,), (RuleGroup("g", made, interval),))


def names(planned):
    return [[rule.record for group in each.groups for rule in group.rules] for each in planned.passes]


def made(*rules, **more):
    return plan(bundle(*rules, **more), START, END, LONG_AGO)


def test_a_pass_reads_only_what_earlier_ones_made():
    planned = made(("c", "b + raw"), ("a", "raw"), ("b", "sum(a offset 1w)"), ("d", "vector(3)"))
    assert names(planned) == [["a", "d"], ["b"], ["c"]]


@pytest.mark.parametrize("name", variety())
def test_no_spec_has_a_rule_that_reads_its_own_pass_or_a_later_one(name):
    whole = assemble(variety()[name])
    planned = plan(whole, START, END, LONG_AGO)
    records = {rule.record for group in whole.groups for rule in group.rules if isinstance(rule, RecordingRule)}
    before = set()
    for each in planned.passes:
        rules = [rule for group in each.groups for rule in group.rules]
        for rule in rules:
            assert set(reads(rule.expr)) & records <= before, rule.record
        before |= {rule.record for rule in rules}
    assert before == records


@pytest.mark.parametrize("name", variety())
def test_each_pass_reaches_back_as_far_as_the_next_ones_read(name):
    planned = plan(assemble(variety()[name]), START, END, LONG_AGO)
    starts = {rule.record: each.start for each in planned.passes for group in each.groups for rule in group.rules}
    assert planned.passes
    for each in planned.passes:
        assert each.start <= START
        for rule in (rule for group in each.groups for rule in group.rules):
            for read, reach in reads(rule.expr).items():
                assert starts.get(read, LONG_AGO) <= START - reach, f"{rule.record} reads {read}"


def test_a_record_that_is_compared_with_last_week_is_made_a_week_further_back():
    first, second = made(("a", "raw"), ("b", "a / a offset 1w")).passes
    assert second.start == START
    assert first.start == START - 7 * DAY - HOUR  # five minutes of lookback, in whole hours


def test_what_a_panel_reads_further_back_counts_and_its_range_does_not():
    (each,) = made(("a", "raw"), queries=[("a offset 3d",), ("avg_over_time(a[$__range])",)]).passes
    assert START - 3 * DAY - HOUR <= each.start < START - 3 * DAY


def test_what_is_asked_for_now_counts_from_the_end():
    now = Query("q", "sum_over_time(a[2d])", instant=True)
    whole = bundle(("a", "raw"))
    panel = Panel("p", "p", "p", queries=(now,))
    board = Dashboard("d", "d", "d", "d", (Row("r", "r", (panel,)),))
    planned = plan(Bundle("t", (board,), whole.groups), START, END, LONG_AGO)
    assert planned.passes[0].start == START


def test_an_alert_reads_back_from_the_end():
    alert = Alert("A", "a > a offset 4w", "ticket", "s", "d", PanelRef("d", "p"))
    planned = made(("a", "raw"), alert)
    assert END - 28 * DAY - HOUR <= planned.passes[0].start < END - 28 * DAY
    assert names(planned) == [["a"]]


def test_the_oldest_raw_sample_is_told():
    assert made(("a", "rate(raw[1d])")).raw_from == START - DAY


def test_nothing_is_made_that_would_not_be_kept():
    planned = plan(bundle(("a", "raw"), ("b", "a offset 1w")), START, END, END - 12 * DAY)
    assert [each.start for each in planned.passes] == [END - 12 * DAY, START]
    assert planned.cut
    short = plan(bundle(("a", "raw")), START, END, END - 2 * DAY)
    assert (short.start, short.passes[0].start) == (END - 2 * DAY, END - 2 * DAY)


def test_evaluations_are_counted_by_interval():
    assert made(("a", "raw"), interval=timedelta(minutes=1)).passes[0].evaluations == 10 * 24 * 60
    assert made(("a", "raw"), ("a", "raw2"), interval=None).passes[0].evaluations == 2 * 10 * 24 * 60


def test_records_in_a_circle_are_refused():
    with pytest.raises(InputError, match="read each other in a circle: a, b"):
        made(("a", "b"), ("b", "a"), ("c", "raw"))


def test_a_record_that_reads_itself_is_a_circle():
    with pytest.raises(InputError, match="in a circle: a"):
        made(("a", "a offset 1h"))
