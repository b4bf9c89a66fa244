import subprocess
import sys
import time
from itertools import pairwise

import pytest

from dashgen.catalogue.loader import exporters, load, read
from dashgen.catalogue.version import Version


def test_lists_files() -> None:
    assert {"app", "dcgm-exporter", "vllm"} <= set(exporters())
    with pytest.raises(KeyError):
        load("../vllm")


def test_listing_does_not_import_yaml() -> None:
    code = "import sys; from dashgen.catalogue.loader import exporters; exporters(); sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_loading_is_cached_and_quick() -> None:
    assert load("vllm") is load("vllm")
    best = min(_seconds_to_read() for _ in range(5))
    # Measured at 8 ms; the bound leaves room for a busy machine, not for a second YAML of the same size.
    assert best < 0.05


def _seconds_to_read() -> float:
    start = time.perf_counter()
    read("vllm")
    return time.perf_counter() - start


def test_every_fact_is_carried() -> None:
    vllm = load("vllm")
    assert len(vllm.metrics) == 187
    assert [sum(metric.engine == engine for metric in vllm.metrics) for engine in ("V1", "V0", "")] == [143, 39, 5]
    assert len(load("dcgm-exporter").metrics) == 67
    assert all(metric.source for name in exporters() for metric in load(name).metrics)


def test_closed_sets_of_label_values_by_version() -> None:
    finished = load("vllm").find("vllm:request_success_total")[0].values["finished_reason"]
    assert [str(at) for at, _ in finished] == ["0.7.3", "0.13.0", "0.17.0"]
    assert finished[-1][1] == ("stop", "length", "abort", "error", "repetition")
    (waiting,) = load("vllm").find("vllm:num_requests_waiting_by_reason")
    assert [values for _, values in waiting.values["reason"]] == [("capacity", "deferred")]


def test_find_accepts_what_a_query_says() -> None:
    vllm = load("vllm")
    ttft = vllm.find("vllm:time_to_first_token_seconds")
    assert [metric.engine for metric in ttft] == ["V1", "V0"]
    for suffix in ("_bucket", "_sum", "_count", "_created"):
        assert vllm.find(f"vllm:time_to_first_token_seconds{suffix}") == ttft
    assert vllm.find("vllm:iteration_tokens_total_bucket")[0].type == "histogram"
    assert vllm.find("vllm:request_success_created")[0].name == "vllm:request_success_total"
    assert vllm.find("vllm:num_requests_running_bucket") == ()
    assert vllm.find("vllm:prompt_tokens") == ()


def test_labels_and_buckets_by_version() -> None:
    vllm = load("vllm")
    v1, v0 = vllm.find("vllm:time_to_first_token_seconds")
    assert v1.labels_at(Version.parse("0.8.2")) == ("model_name",)
    assert v1.labels_at(Version.parse("0.8.3")) == ("model_name", "engine")
    assert v0.labels == ("model_name",)
    assert vllm.find("http_requests_total")[0].labels == ("handler", "method", "status")
    assert vllm.find("vllm:websocket_connections_total")[0].labels == ()
    assert vllm.find("vllm:admission_rejections_total")[0].labels == ("model_name", "reason")
    assert v1.buckets_at(Version.parse("0.8.3"))[-1] == 10
    assert v1.buckets[-1] == 2560
    prompt = vllm.find("vllm:request_prompt_tokens")[0]
    assert (prompt.buckets, prompt.buckets_per_model) == ((), True)
    assert v1.series_names()[0] == "vllm:time_to_first_token_seconds_bucket"


def test_dcgm_labels_by_version_and_honor_labels() -> None:
    dcgm = load("dcgm-exporter")
    used = dcgm.find("DCGM_FI_DEV_FB_USED")[0]
    assert "pci_bus_id" not in used.labels_at(Version.parse("3.3.5-3.4.0"))
    assert "pci_bus_id" in used.labels_at(Version.parse("3.3.6"))
    assert {"Hostname", "hostname", "exported_pod"} <= set(used.labels)
    assert dcgm.label_map()["pod"] == "exported_pod"
    assert dcgm.label_map(honor_labels=True)["pod"] == "pod"
    assert dcgm.label_map()["node"] == "Hostname"
    assert dcgm.label_map(Version.parse("4.6.0"))["node"] == "hostname"


def test_app_contract() -> None:
    app = load("app")
    assert app.presence.metric == "llm_requests_total"
    ttft = app.find("llm.time_to_first_token")[0]
    assert {500, 2000, 120000} <= set(ttft.buckets)
    assert ttft.unit == "milliseconds"
    cost = app.find("llm.cost_per_request")[0].buckets
    assert (cost[0], cost[-3:]) == (0.00001, (10, 15, 20))
    assert max(high / low for low, high in pairwise(cost)) <= 1.5 + 1e-9
    assert app.find("llm.requests")[0].label_history[0][1] == (
        "model", "route", "prompt_template", "outcome", "error_class",
    )  # fmt: skip


@pytest.mark.parametrize("name", exporters())
def test_signals_name_base_metrics(name: str) -> None:
    exporter = load(name)
    for uses in exporter.signals.values():
        assert all(exporter.find(use.metric)[0].name == use.metric for use in uses)
    assert exporter.find(exporter.presence.metric)
