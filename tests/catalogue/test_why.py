import pytest

from dashgen.catalogue.why import UnknownMetricError, explain


@pytest.mark.parametrize(
    ("metric", "parts"),
    [
        (
            "vllm:gpu_cache_usage_perc",
            [
                "gauge of vLLM",
                "hidden from 0.11.0 until 0.12.0, removed in 0.12.0",
                "successor on engine V1: vllm:kv_cache_usage_perc",
                "--show-hidden-metrics-for-version=0.10",
            ],
        ),
        ("vllm:time_to_first_token_seconds_bucket", ["unit: seconds", "0.25 0.5 0.75 1 2.5", "0.8.3 adds engine"]),
        ("vllm:prompt_tokens", ["Prometheus knows this counter as vllm:prompt_tokens_total", "cached"]),
        ("vllm:iteration_tokens_total", ["query vllm:iteration_tokens_total_bucket"]),
        ("vllm:corrupted_requests_total", ["off by default: needs VLLM_COMPUTE_NANS_IN_LOGITS"]),
        ("vllm:hf3fs_load_duration_seconds", ["bounds: not known"]),
        ("DCGM_FI_DEV_XID_ERRORS", ["never rate()", "variant helm-chart: enabled since 2.2.9", "Hostname"]),
        ("DCGM_FI_PROF_SM_ACTIVE", ["enable: add a line", "requires: CAP_SYS_ADMIN"]),
        ("DCGM_FI_DEV_FB_RESERVED", ["helm-chart: enabled since 4.5.1, unlisted since 4.5.3"]),
        ("llm_cost_per_request_bucket", ["llm_cost_per_request_usd under variant with-suffixes", "$4.95"]),
        (
            "sglang_token_usage",
            ["gauge of SGLang", "stored as sglang:token_usage or sglang_token_usage", "unit: ratio"],
        ),
        ("litellm_input_tokens_total", ["since 1.60.0 or earlier (the oldest read), removed in 1.80.0"]),
        ("litellm_zero_cost_requests_total", ["exposed: since 1.109.1\n"]),
        ("tgi_request_generated_tokens_sum", ["up to the model's context length, so they differ by model"]),
        ("vllm:num_requests_running", ["gauge of vLLM\n", "gauge of vLLM production-stack router", "select by job"]),
        ("llm.requests", ["counter of Instrumented application", "rate_limited"]),
    ],
)
def test_known_metrics(metric: str, parts: list[str]) -> None:
    text = explain(metric)
    assert [part for part in parts if part not in text] == [], text


@pytest.mark.parametrize(
    ("metric", "close"),
    [
        ("vllm:kv_cach_usage_perc", "vllm:kv_cache_usage_perc"),
        ("num_request_waiting", "vllm:num_requests_waiting"),
        ("DCGM_FI_DEV_FB_USE", "DCGM_FI_DEV_FB_USED"),
        ("llm_cost_per_requests_bucket", "llm_cost_per_request"),
    ],
)
def test_unknown_names_suggest_close_ones(metric: str, close: str) -> None:
    with pytest.raises(UnknownMetricError) as caught:
        explain(metric)
    assert close in caught.value.close


def test_nothing_close() -> None:
    with pytest.raises(UnknownMetricError, match="no exporter of the catalogue exposes zzz_qqq") as caught:
        explain("zzz_qqq")
    assert caught.value.close == ()
