"""No panel without a number somebody worked out by hand."""

import pytest

from tests.dashboards import test_gateway_users, test_marks, test_money, test_now, test_stacks
from tests.dashboards.board import query_keys
from tests.dashboards.hybrid import hybrid
from tests.specs import shipped, variety

HYBRID = {
    *test_now.NOW,
    *(where for _, where, _ in test_now.LATER.values()),
    *(f"cost/{where}" for where in (*test_money.STATS, *test_money.DAILY)),
    *test_money.WEEKS,
    test_money.AMORTISED,
}
GATEWAYS = {*test_stacks.WEEKS, *test_stacks.ENVOY, test_gateway_users.USERS}
ASSERTED = HYBRID.union(*test_stacks.SHOWN.values(), GATEWAYS)


@pytest.mark.parametrize("name", variety())
def test_every_query_of_every_panel_has_a_value_asserted(name):
    assert query_keys(variety()[name]) - ASSERTED == set()
    assert query_keys(variety()[name], "tempo") - set(test_marks.TEMPO) == set()


def test_no_assertion_is_about_a_query_that_is_gone():
    assert HYBRID - query_keys(hybrid()) == set()
    for name, shown in test_stacks.SHOWN.items():
        assert shown.keys() - query_keys(shipped()[name]) == set(), name
