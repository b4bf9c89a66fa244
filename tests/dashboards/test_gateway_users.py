"""Cost per user without traces: what LiteLLM's own end users cost, at query time and nowhere recorded."""

from __future__ import annotations

import pytest

from dashgen.assemble import assemble
from dashgen.model import RecordingRule
from tests.alerts.deployments import APP, spec
from tests.dashboards.board import look, panels, query_keys
from tests.exporters import CLAUDE, GPT, litellm
from tests.promtool import play
from tests.series import GAP, RESET, counter, merge
from tests.specs import shipped

LITELLM = {"kind": "litellm", "selector": {"job": "litellm"}, "version": "1.109"}
WHERE = "cost/cost-by-user"
USERS = f"{WHERE}/users_0"
MODELS = (CLAUDE | {"aliases": ["anthropic/claude-x"]}, GPT)
MINUTES = 26 * 60


def spent(user, per_minute, model="anthropic/claude-x", timeline=None, **labels):
    """What one user costs at an even pace, one sample a minute."""
    name = "litellm_spend_metric_total"
    (selector,) = litellm(name, 0, 0, end_user=user, model=model, **labels)
    return {selector: timeline or counter((per_minute, MINUTES), step=60)}


def shown(*series, picked=(), chosen=None):
    """The panel's bars after a day and two hours, for each choice of variables."""
    chosen = chosen or spec(MODELS, (LITELLM,))
    played = play(chosen, merge(*series), groups=("cost",), until=MINUTES - 1, every=60, interval=60)
    return look(played, chosen, *((USERS, MINUTES - 1, choice) for choice in picked or ({},)))


def test_the_spend_of_a_day_by_user_whatever_model_deployment_and_pod():
    (bars,) = shown(
        spent("ann", 0.001),
        spent("ann", 0.002, model="gpt"),
        spent("ann", 0.003, pod="litellm-1"),
        spent("bob", 0.001, team_alias="search"),
    )
    assert bars == pytest.approx({"ann": 0.006 * 1440, "bob": 0.001 * 1440}, rel=2e-3)


def test_the_dashboards_variables_choose():
    series = (spent("ann", 0.001), spent("ann", 0.002, model="gpt"), spent("bob", 0.004, model="gpt", namespace="eu"))
    claude, gpt, local, eu = shown(
        *series, picked=({"model": "claude"}, {"model": "gpt"}, {"route": "local"}, {"namespace": "eu"})
    )
    assert claude == pytest.approx({"ann": 1.44}, rel=2e-3)
    assert gpt == pytest.approx({"ann": 2.88, "bob": 5.76}, rel=2e-3)
    assert local == {}
    assert eu == pytest.approx({"bob": 5.76}, rel=2e-3)


def test_a_deployment_the_spec_does_not_name_is_paid_for_too():
    (bars,) = shown(spent("ann", 0.001, model="mistral/large"))
    assert bars == pytest.approx({"ann": 1.44}, rel=2e-3)


@pytest.mark.parametrize("nobody", ["", "None"])
def test_without_end_user_tracking_it_is_empty(nobody):
    assert shown(spent(nobody, 0.001)) == [{}]


def test_the_ten_dearest_are_shown():
    (bars,) = shown(*(spent(f"user-{n:02}", 0.001 * (n + 1)) for n in range(12)))
    assert set(bars) == {f"user-{n:02}" for n in range(2, 12)}


def test_a_restarted_proxy_begins_anew():
    again = counter((0.001, 1500), RESET, (0.001, 59), step=60)
    (bars,) = shown(spent("ann", 0, timeline=again))
    assert bars == pytest.approx({"ann": 1.44}, rel=2e-3)


def test_a_model_nobody_called_since_the_proxy_restarted_is_still_in_the_day():
    # The user's series is gone for the last two hours, and so is what is recorded of the model's spend.
    gone = counter((0.001, 24 * 60), (GAP, 119), step=60)
    (bars,) = shown(spent("ann", 0, timeline=gone))
    assert bars["ann"] == pytest.approx(0.001 * 22 * 60, rel=0.01)


def test_copies_by_two_replicas_are_counted_once_in_the_chosen_cluster():
    above = {"flavour": "mimir", "rules": "global", "replica_label": "replica"}
    chosen = spec(MODELS, (LITELLM,), prometheus={**above, "external_labels": {"cluster": "eu", "replica": "a"}})
    copies = [spent("ann", 0.001, replica=name, cluster="eu") for name in "ab"]
    here, there = shown(*copies, picked=({"cluster": "eu"}, {"cluster": "us"}), chosen=chosen)
    assert here == pytest.approx({"ann": 1.44}, rel=2e-3)
    assert there == {}


def test_with_two_gateways_each_has_its_own_query():
    two = ({**LITELLM, "name": "eu"}, {**LITELLM, "name": "us", "selector": {"job": "litellm-us"}})
    assert {key for key in query_keys(spec(MODELS, two)) if key.startswith(WHERE)} == {USERS, f"{WHERE}/users_1"}


def test_the_panel_says_whose_users_and_when_it_is_empty():
    _, panel = panels(spec(MODELS, (APP, LITELLM)))[WHERE]
    assert "users the gateway knows" in panel.title
    assert "enable_end_user_cost_tracking_prometheus_only" in panel.description
    assert "10,000 series" in panel.description


def test_traces_are_asked_where_there_are_any():
    assert f"{WHERE}/users" in query_keys(spec(MODELS, (LITELLM,), tempo={}), "tempo")
    assert f"{WHERE}/users" in query_keys(shipped()["cloud-only"], "tempo")


def test_no_rule_records_a_user():
    rules = [rule for group in assemble(spec(MODELS, (LITELLM,))).groups for rule in group.rules]
    assert any("litellm_spend_metric_total" in rule.expr for rule in rules if isinstance(rule, RecordingRule))
    assert not [rule for rule in rules if "user" in rule.expr or "user" in rule.labels]
