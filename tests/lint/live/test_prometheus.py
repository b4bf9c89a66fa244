"""The real thing: a Prometheus scrapes a small exporter, and a bought dashboard and rules are looked at with it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dashgen.lint.live.server import ServerLive
from dashgen.prometheus.client import Client, Server
from tests.prometheus_server import Prometheus

METRICS = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="meta-llama/Llama-3.1-8B"} 3
# TYPE vllm:gpu_cache_usage_perc gauge
vllm:gpu_cache_usage_perc{engine="0",model_name="meta-llama/Llama-3.1-8B"} 0.4
# TYPE vllm:request_success_total counter
vllm:request_success_total{engine="0",finished_reason="stop",model_name="meta-llama/Llama-3.1-8B"} 7
vllm:request_success_total{engine="0",finished_reason="length",model_name="meta-llama/Llama-3.1-8B"} 1
# TYPE vllm:e2e_request_latency_seconds histogram
vllm:e2e_request_latency_seconds_bucket{engine="0",le="1.0",model_name="meta-llama/Llama-3.1-8B"} 5
vllm:e2e_request_latency_seconds_bucket{engine="0",le="+Inf",model_name="meta-llama/Llama-3.1-8B"} 8
vllm:e2e_request_latency_seconds_sum{engine="0",model_name="meta-llama/Llama-3.1-8B"} 9.5
vllm:e2e_request_latency_seconds_count{engine="0",model_name="meta-llama/Llama-3.1-8B"} 8
# TYPE chat_sessions_open gauge
chat_sessions_open{odd="say \\"hi\\" \\\\ \\n日本"} 4
# TYPE chat_answers_total counter
chat_answers_total{route="local"} 12
# TYPE chat_refusals_total counter
"""
QUERIES = {
    "Running": 'sum by (model_name) (vllm:num_requests_running{model_name="$model_name"})',
    "Waiting": 'sum by (model_name) (vllm:num_requests_waiting{model_name="$model_name"})',
    "Cache": 'max(vllm:kv_cache_usage_perc{model_name=~"$model_name"})',
    "By pod": "sum by (exported_pod) (vllm:num_requests_running)",
    "Aborted": 'sum(rate(vllm:request_success_total{finished_reason="abort"}[$__rate_interval]))',
    "Fast": 'sum(rate(vllm:e2e_request_latency_seconds_bucket{le="1"}[5m]))',
    "Slow": 'sum(rate(vllm:e2e_request_latency_seconds_bucket{le="+Inf", job=~"vllm|sglang"}[5m]))',
    "Sessions": "sum(rate(chat_sessions_open[5m]))",
    "Answers": 'chat_answers_total{route="local"}',
    "Refusals": "sum(rate(chat_refusals_total[5m])) or vector(0)",
    "Odd": 'chat_sessions_open{odd="say \\"hi\\" \\\\ \\n日本"} + chat_sessions_open{odd=~`(?s)say "hi" .*`}',
}
RULES = """\
groups:
  - name: bought
    rules:
      - record: model:running:sum
        expr: sum by (model_name) (vllm:num_requests_running{job="vllm"})
      - alert: Idle
        expr: model:running:sum == 0
      - alert: Down
        expr: up{job="vllm-engine"} == 0 or absent(up{job="vllm-engine"})
      - alert: Together
        expr: up{job="vllm", instance="gone:1"} == 0
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A server that has scraped the exporter at least once."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = METRICS.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    found = Prometheus(tmp_path_factory.mktemp("prometheus"))
    job = {"job_name": "vllm", "static_configs": [{"targets": [f"127.0.0.1:{exporter.server_port}"]}]}
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job]}
    (found.folder / "prometheus.yaml").write_text(json.dumps(config))
    with found:
        for _ in range(200):
            if found.query("chat_answers_total", time.time()):
                break
            time.sleep(0.05)
        yield found
    exporter.shutdown()
    exporter.server_close()


def lint(folder: Path, url: str, *arguments: str) -> tuple[list[dict[str, Any]], str]:
    """Findings and what is on stderr."""
    panels = [
        {"id": number, "type": "timeseries", "title": title, "targets": [{"refId": "A", "expr": expr}]}
        for number, (title, expr) in enumerate(QUERIES.items(), 1)
    ]
    board = {"title": "vLLM", "uid": "vllm", "schemaVersion": 39, "panels": panels}
    (folder / "board.json").write_text(json.dumps(board, indent=1))
    (folder / "rules.yaml").write_text(RULES)
    command = [sys.executable, "-m", "dashgen", "lint", ".", "--prometheus", url, "--format", "json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)["findings"], done.stderr


def test_what_a_bought_dashboard_and_its_rules_read_that_is_not_there(server: Prometheus, tmp_path: Path) -> None:
    found, said = lint(tmp_path, server.url, "--select", "LIV", "--assume", "vllm=0.33")
    about = {(each["about"].partition('"')[2].partition('"')[0] or each["about"], each["name"]) for each in found}
    assert about == {
        ("Waiting", "live-no-series"),
        ("Cache", "live-no-series"),
        ("By pod", "live-no-label"),
        ("Aborted", "live-no-value"),
        ("Fast", "live-no-value"),
        ("Slow", "live-no-value"),
        ("Sessions", "live-wrong-type"),
        ("Answers", "live-wrong-type"),
        ("Refusals", "live-no-series"),
        ("alert Down", "live-no-value"),
        ("alert Together", "live-no-value"),
    }
    by_title = {each["about"]: each for each in found}
    text = {title: f"{each['found']} | {each['expected']} | {each['action']}" for title, each in by_title.items()}

    def of(title: str) -> str:
        return next(each for about, each in text.items() if title in about)

    assert "vLLM 0.33" in of("Waiting")
    assert "read `vllm:gpu_cache_usage_perc`" in of("Cache")
    assert "comes with the first such event" in of("Aborted")
    assert "write `1.0`" in of("Fast")
    assert "`sglang`" in of("Slow")
    assert "a target announces it" in of("Refusals")
    assert "write `vllm`" in of("Down")
    severities = {title: each["severity"] for title, each in by_title.items()}
    assert {title for title, each in severities.items() if each == "info"} == {
        title for title in severities if any(word in title for word in ("Aborted", "Slow", "Refusals"))
    }
    assert said.endswith("not there yet, so not looked at: 1 recorded name of these files: model:running:sum\n")


def test_the_checks_without_a_server_say_the_same_as_before(server: Prometheus, tmp_path: Path) -> None:
    found, _ = lint(tmp_path, server.url, "--assume", "vllm=0.33")
    command = [sys.executable, "-m", "dashgen", "lint", ".", "--format", "json", "--assume", "vllm=0.33"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    before = json.loads(done.stdout)["findings"]
    assert [each for each in found if each["code"][:3] != "LIV"] == before != []


def test_a_day_in_which_nothing_was_scraped(server: Prometheus) -> None:
    past = time.time() - 10 * 86_400
    client = Client(Server(server.url))
    assert "chat_answers_total" in ServerLive(client).names
    with pytest.raises(Exception, match="no series at all in the last day"):
        ServerLive(client, past)
