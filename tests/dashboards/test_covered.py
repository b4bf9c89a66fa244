"""No panel without a number somebody worked out by hand."""

from dashgen.spec import Spec
from tests.dashboards import test_marks, test_money, test_now
from tests.dashboards.board import query_keys
from tests.dashboards.hybrid import hybrid
from tests.specs import chat

ASSERTED = {
    *test_now.NOW,
    *(where for _, where, _ in test_now.LATER.values()),
    *(f"cost/{where}" for where in (*test_money.STATS, *test_money.DAILY)),
    *test_money.WEEKS,
    test_money.AMORTISED,
}


def test_every_query_of_every_panel_has_a_value_asserted():
    for spec in (hybrid(), chat()):
        assert isinstance(spec, Spec)
        assert query_keys(spec) - ASSERTED == set()
        assert query_keys(spec, "tempo") - set(test_marks.TEMPO) == set()


def test_no_assertion_is_about_a_query_that_is_gone():
    assert ASSERTED - query_keys(hybrid()) == set()
