"""The script of `dashgen backfill`, run as printed on a real Prometheus: history is there, last week included."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.prometheus_server import Prometheus
from tests.promtool import binary

END = datetime(2025, 6, 15, 12, tzinfo=UTC)
START = END - timedelta(hours=2)
WEEK, HOUR = 7 * 86400, 3600
BOUNDS = (0.001, 0.01, 0.1, 1)
SPEC = """\
name: t
models:
  - name: gpt
    route: cloud
    prices:
      - {input: 2, output: 10}
      - {from: 2025-06-12, input: 3, output: 15}
sources:
  - {kind: app, selector: {job: app}}
prometheus: {evaluation_interval: 5m, retention: 45d}
"""
NOW, P99 = END.timestamp(), "llm:cost_per_request_client_usd:p99_1h"


def raw():
    """Ten requests a minute around now and around this time last week; a request cost 5 cents then, 50 now."""
    own = 'job="app",namespace="web",pod="app-0",model="gpt",route="cloud"'
    dear = NOW - WEEK / 2
    yield "# TYPE llm_requests counter"
    for count, at in _minutes():
        yield f'llm_requests_total{{{own},outcome="success"}} {count} {at}'
    yield "# TYPE llm_cost_per_request_usd histogram"
    for bound in (*BOUNDS, "+Inf"):
        cheap = 0
        for count, at in _minutes():
            cheap = count if at < dear else cheap
            under = count if bound == "+Inf" or bound >= 1 else (cheap if bound >= 0.1 else 0)
            yield f'llm_cost_per_request_usd_bucket{{{own},le="{bound}"}} {under} {at}'


def _minutes():
    """(requests so far, second) for every minute in which there is traffic."""
    count = 0
    for middle in (NOW - WEEK, NOW):
        for at in range(int(middle - 6 * HOUR), int(min(middle + 4 * HOUR, NOW)), 60):
            count += 10
            yield count, at


def run(*arguments, folder, **more):
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=300, **more)


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    (folder / "t.yaml").write_text(SPEC)
    prometheus = Prometheus(folder)
    prometheus.load(raw())
    times = ("--start", START.isoformat(), "--end", END.isoformat())
    printed = run(sys.executable, "-m", "dashgen", "backfill", "t.yaml", *times, "--url", prometheus.url, folder=folder)
    assert printed.returncode == 0, printed.stderr
    with prometheus:
        path = f"{Path(binary()).parent}{os.pathsep}{os.environ['PATH']}"
        env = {"DATA": str(prometheus.data), "RELOAD": prometheus.restart, "PATH": path}
        done = run("sh", folder=folder, input=printed.stdout, env=env)
        assert done.returncode == 0, done.stderr
        assert not list(prometheus.data.glob("dashgen-backfill*"))
        yield prometheus


def value(history, expr, at=NOW - 60):
    ((_, found),) = history.query(expr, at)
    return found


@pytest.mark.parametrize("ago", [0, WEEK])
def test_raw_series_are_recorded_now_and_last_week(history, ago):
    assert value(history, "sum(llm:requests_client:rate5m)", NOW - 60 - ago) == pytest.approx(1 / 6, rel=0.05)


def test_records_of_records_are_there(history):
    now, then = (value(history, f'{P99}{{level="service"}}', NOW - 60 - ago) for ago in (0, WEEK))
    assert (now, then) == (pytest.approx(0.991, rel=0.02), pytest.approx(0.0991, rel=0.02))


def test_what_is_compared_with_last_week_is_there_on_the_first_day(history):
    for moment in (START.timestamp() + 600, NOW - 60):
        then = value(history, f'{P99}_week_ago{{level="model_route"}}', moment)
        assert then == pytest.approx(0.0991, rel=0.02)
        # twice last week's, times the price that rose by half in between
        assert value(history, f'{P99}_limit{{level="model_route"}}', moment) == pytest.approx(2 * 1.5 * then)


def test_prices_are_those_of_their_day(history):
    price = 'llm:price:usd_per_mtok{kind="output"}'
    assert (value(history, price), value(history, price, NOW - WEEK)) == (15, 10)


def test_there_is_no_history_where_nothing_was_or_after_the_end(history):
    assert history.query("llm:requests_client:rate5m", NOW - WEEK / 2) == []
    assert history.query('{__name__=~"llm:.+"}', NOW + 900) == []


def test_recorded_samples_are_as_dense_as_the_rules(history):
    assert value(history, "count_over_time(llm:price:usd_per_mtok{kind='input'}[1h])") == pytest.approx(12, abs=1)
