"""When alerts are pending and firing, from what ``ALERTS`` shows at each evaluation."""

from datetime import timedelta

import pytest

from dashgen.testing.clock import Clock
from dashgen.testing.judge.timeline import expected, instances, same, stretches
from dashgen.testing.promtool.play import Sample
from dashgen.testing.results import Stretch, Timeline

MINUTE = 60_000
CLOCK = Clock.of(timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=10))


def alert(state, name="A", **labels):
    return Sample({"__name__": "ALERTS", "alertname": name, "alertstate": state, **labels}, 1.0)


def test_states_become_stretches_of_each_instance():
    shown = [[], [alert("pending", m="x")], [alert("firing", m="x"), alert("firing", m="y")], [alert("firing", m="x")]]
    found = instances(range(0, 4 * MINUTE, MINUTE), shown)
    assert [(each.labels, each.timeline) for each in found] == [
        ({"m": "x"}, Timeline((Stretch(MINUTE, MINUTE),), (Stretch(2 * MINUTE, 3 * MINUTE),))),
        ({"m": "y"}, Timeline((), (Stretch(2 * MINUTE, 2 * MINUTE),))),
    ]
    assert found[0].subject == 'A{m="x"}'


def test_a_pause_of_one_evaluation_makes_two_stretches():
    assert stretches([0, 1, 3, 4, 5], 1) == (Stretch(0, 1), Stretch(3, 5))
    assert stretches([], 1) == ()


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [((2, 5), 2, 5), ((2, None), 2, 10), ((1.5, 4.5), 2, 4), ((0, 0), 0, 0)],
)
def test_a_span_is_the_evaluations_in_it(span, first, last):
    start, end = (None if each is None else timedelta(minutes=each) for each in span)
    assert expected([(start, end)], CLOCK) == (Stretch(first * MINUTE, last * MINUTE),)


def test_a_span_between_two_evaluations_holds_none():
    assert expected([(timedelta(seconds=61), timedelta(seconds=119))], CLOCK) == ()


@pytest.mark.parametrize(
    ("seen", "within", "holds"),
    [
        ([(2, 5)], 0, True),
        ([(2, 6)], 0, False),
        ([(3, 5)], 0, False),
        ([(3, 6)], 1, True),
        ([(4, 5)], 1, False),
        ([], 5, False),
        ([(2, 3), (5, 5)], 5, False),
    ],
)
def test_stretches_are_the_same_within_a_slack_at_each_edge(seen, within, holds):
    assert same([Stretch(2, 5)], [Stretch(*each) for each in seen], within) is holds
