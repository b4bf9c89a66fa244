"""Any valid spec gives rules that Prometheus accepts, queries that can find something, dashboards that survive."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from dashgen.assemble import assemble
from dashgen.emit.dashboards import dashboard_documents
from dashgen.spec import Spec
from tests.any_spec import ENGINES, USERS, documents, valid
from tests.emit.sdk import lost_in_round_trip
from tests.promtool import check_rules
from tests.test_proofs import dangling

PAGES = 5
# Each example runs promtool and the SDK; at night there are many more.
few = settings(max_examples=max(40, settings().max_examples // 10))


@few
@given(documents())
def test_any_valid_spec_is_sound(document: dict[str, object]):
    spec = valid(document)
    assume(spec is not None)
    assert isinstance(spec, Spec)
    bundle = assemble(spec)
    check_rules(bundle.groups)
    assert dangling(spec, bundle) == []
    for key, board in dashboard_documents(bundle).items():
        assert lost_in_round_trip(board) == [], key
    pages = [alert.name for alert in bundle.alerts() if alert.severity == "page"]
    assert len(pages) + len(bundle.missing_alerts) >= PAGES
    assert len(set(pages)) == len(pages) <= PAGES


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("user", [*USERS, None])
def test_every_engine_with_every_way_to_call_it(engine: str, user: str | None):
    """Pairs, all of them: hypothesis may miss one."""
    kinds = [kind for kind in (user, engine) if kind]
    document: dict[str, object] = {
        "name": "any",
        "models": [
            {"name": "own", "route": "local", "engine": engine, "workload": {"namespace": "llm", "pods": ".*"}},
            *([{"name": "far", "route": "cloud", "prices": {"input": 1, "output": 2}}] if user else []),
        ],
        "sources": [{"kind": kind, "selector": {"job": kind}} for kind in (*kinds, "dcgm-exporter")],
    }
    spec = valid(document)
    assert spec is not None
    bundle = assemble(spec)
    assert dangling(spec, bundle) == []
    assert any(alert.name == "LLMTelemetryMissing" for alert in bundle.alerts())
