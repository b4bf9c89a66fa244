import pytest

from dashgen.catalogue.availability import alternatives, availability
from dashgen.catalogue.loader import load
from dashgen.catalogue.version import VersionRange

KV, KV_OLD = "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"
HITS, HITS_OLD = "vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total"
ITL, ITL_OLD = "vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"
REASON, WAITING = "vllm:num_requests_waiting_by_reason", "vllm:num_requests_waiting"
TENSOR, SM = "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "DCGM_FI_PROF_SM_ACTIVE"
RESERVED = "DCGM_FI_DEV_FB_RESERVED"


def state(exporter: str, metric: str, versions: str, variant: str | None = None, **more: list[str]) -> str:
    return availability(load(exporter), metric, VersionRange.parse(versions), variant, **more).state


@pytest.mark.parametrize(
    ("metric", "states"),
    [
        # 0.9.1 0.9.2 0.10.2 0.11.0 0.11.1 0.12 0.14.1 0.15 0.33; a = always, s = sometimes, n = never
        (KV, "nsssaaaaa"),
        (KV_OLD, "aaasnnnnn"),
        (HITS, "nsssaaaaa"),
        (HITS_OLD, "sssnnnnnn"),
        (ITL, "nnaaaaaaa"),
        (ITL_OLD, "aaaaannnn"),
        (REASON, "nnnnnnnna"),
        (WAITING, "aaaaaaaaa"),
        ("vllm:request_success_total", "aaaaaaaaa"),
        ("http_requests_total", "aaaaaaaaa"),
        ("vllm:prompt_tokens_recomputed_total", "nnnnnnnnn"),
        ("vllm:num_requests_swapped", "nnnnnnnnn"),
        ("vllm:no_such_metric", "nnnnnnnnn"),
    ],
)
def test_vllm_renames(metric: str, states: str) -> None:
    versions = ["0.9.1", "0.9.2", "0.10.2", "0.11.0", "0.11.1", "0.12", "0.14.1", "0.15", "0.33"]
    assert "".join(state("vllm", metric, version)[0] for version in versions) == states


@pytest.mark.parametrize(
    ("metric", "versions", "expected"),
    [
        (KV, ">=0.11.1, <=0.33", "always"),
        (KV, ">=0.10, <=0.33", "sometimes"),
        (KV_OLD, "0.10 - 0.33", "sometimes"),
        (KV_OLD, "0.12 - 0.33", "never"),
        (ITL_OLD, "0.11 - 0.12", "sometimes"),
        (ITL_OLD, "0.15 - 0.33", "never"),
        (REASON, "0.20 - 0.33", "always"),
        (REASON, "0.19 - 0.33", "sometimes"),
        ("vllm:prompt_tokens_recomputed_total", "0.16 - 0.19", "always"),
        ("vllm:prompt_tokens_recomputed_total", "0.16 - 0.20", "sometimes"),
        (WAITING, ">=0.3.3", "always"),
        (WAITING, "<=0.2.1", "never"),
    ],
)
def test_vllm_ranges(metric: str, versions: str, expected: str) -> None:
    assert state("vllm", metric, versions) == expected


@pytest.mark.parametrize(
    ("signal", "versions", "names"),
    [
        ("kv_cache_usage", "0.9.1", [KV_OLD]),
        ("kv_cache_usage", "0.10.2", [KV, KV_OLD]),
        ("kv_cache_usage", "0.11.0", [KV, KV_OLD]),
        ("kv_cache_usage", "0.33", [KV]),
        ("kv_cache_usage", ">=0.10, <=0.33", [KV, KV_OLD]),
        ("prefix_cache_hits", "0.9.1", [HITS_OLD]),
        ("prefix_cache_hits", "0.10.2", [HITS]),
        ("prefix_cache_hits", "0.9.1 - 0.33", [HITS, HITS_OLD]),
        ("itl", "0.10.1", [ITL_OLD]),
        ("itl", "0.10.2", [ITL]),
        ("itl", "0.10 - 0.33", [ITL, ITL_OLD]),
        ("requests_waiting", "0.33.0", [REASON]),
        ("requests_waiting", "0.19 - 0.33", [REASON, WAITING]),
        ("requests_waiting", "0.14.1", [WAITING]),
        ("admission_rejections", "0.31", []),
        ("no_such_signal", "0.33", []),
    ],
)
def test_vllm_alternatives(signal: str, versions: str, names: list[str]) -> None:
    uses = alternatives(load("vllm"), signal, VersionRange.parse(versions))
    assert [use.metric for use in uses] == names


def test_capacity_is_matched_and_its_label_dropped() -> None:
    (use,) = alternatives(load("vllm"), "requests_waiting", VersionRange.parse("0.33"))
    assert (dict(use.match), use.drop) == ({"reason": "capacity"}, ("reason",))


def test_hidden_metrics_need_the_flag_and_to_be_listed() -> None:
    answer = availability(load("vllm"), KV_OLD, VersionRange.parse("0.11.2"))
    assert answer.state == "never"
    assert answer.reason == "hidden since 0.11.0 on engine V1"
    assert f"use {KV}" in answer.how
    assert "--show-hidden-metrics-for-version=0.10" in answer.how
    assert state("vllm", KV_OLD, "0.11.2", enabled=[KV_OLD]) == "always"
    assert state("vllm", KV_OLD, "0.12.0", enabled=[KV_OLD]) == "never"
    assert state("vllm", f"{ITL_OLD}_bucket", "0.14.1", enabled=[ITL_OLD]) == "always"


def test_hint_names_the_previous_minor_of_the_version_that_runs() -> None:
    answer = availability(load("vllm"), ITL_OLD, VersionRange.parse("0.14.1"))
    assert "--show-hidden-metrics-for-version=0.13" in answer.how


def test_removed_metrics_name_their_successor() -> None:
    answer = availability(load("vllm"), KV_OLD, VersionRange.parse("0.33"))
    assert (answer.reason, answer.how) == ("removed in 0.12.0 on engine V1", f"use {KV}")


def test_conditional_metrics_are_on_only_when_enabled() -> None:
    name = "vllm:corrupted_requests_total"
    answer = availability(load("vllm"), name, VersionRange.parse("0.33"))
    assert answer.state == "never"
    assert "VLLM_COMPUTE_NANS_IN_LOGITS" in answer.how
    assert state("vllm", name, "0.33", enabled=[name]) == "always"
    assert state("vllm", name, "0.33", enabled=[name], disabled=[name]) == "never"
    assert state("vllm", WAITING, "0.33", disabled=[WAITING]) == "never"


def test_sm_active_is_off_everywhere_and_needs_a_csv_line() -> None:
    for variant in load("dcgm-exporter").variants:
        answer = availability(load("dcgm-exporter"), SM, VersionRange.parse("2.2.9 - 4.5.3"), variant)
        assert answer.state == "never"
        assert "CSV" in answer.how
        assert "CAP_SYS_ADMIN" in answer.how
    assert state("dcgm-exporter", SM, "4.5.3", enabled=[SM]) == "always"
    assert alternatives(load("dcgm-exporter"), "gpu_sm_active", VersionRange.parse("4.5.3")) == ()


@pytest.mark.parametrize(
    ("metric", "variant", "versions", "expected"),
    [
        (TENSOR, None, "3.3.5-3.4.0", "never"),
        (TENSOR, "image-dcp", "3.3.5-3.4.0", "always"),
        (TENSOR, "image", "4.0.0-4.0.1", "always"),
        (TENSOR, "image", "3.3.5 - 4.5.3", "sometimes"),
        (TENSOR, "helm-chart", "3.3.5-3.4.0", "always"),
        (RESERVED, "image", "4.2.0", "never"),
        (RESERVED, "image", "4.3.1-4.4.0", "always"),
        (RESERVED, "image", "4.5.3-4.8.2", "always"),
        (RESERVED, "helm-chart", "4.5.0", "never"),
        (RESERVED, "helm-chart", "4.5.1-4.8.0", "always"),
        (RESERVED, "helm-chart", "4.5.3-4.8.2", "never"),
        ("DCGM_FI_DEV_FB_USED", "helm-chart", "3.3.5 - 4.5.3", "always"),
        ("DCGM_FI_DEV_GPU_UTIL", "image", "2.2.9-2.4.1", "never"),
        ("DCGM_FI_DEV_FB_TOTAL", "image", "4.5.3", "never"),
        ("DCGM_FI_DRIVER_VERSION", "image", "4.5.3", "never"),
    ],
)
def test_dcgm_variants(metric: str, variant: str | None, versions: str, expected: str) -> None:
    assert state("dcgm-exporter", metric, versions, variant) == expected


def test_upgrade_is_a_hint_and_unknown_variants_are_errors() -> None:
    answer = availability(load("dcgm-exporter"), TENSOR, VersionRange.parse("3.3.5-3.4.0"))
    assert "upgrade to 4.0.0" in answer.how
    with pytest.raises(ValueError, match="helm-chart"):
        state("dcgm-exporter", TENSOR, "4.5.3", "chart")


def test_versions_that_break_the_entries_are_flagged() -> None:
    answer = availability(load("dcgm-exporter"), "DCGM_FI_DEV_FB_USED", VersionRange.parse("4.9.0"))
    assert "4.9.0" in answer.reason
    newer = availability(load("vllm"), WAITING, VersionRange.parse("0.40.0"))
    assert "newer than the catalogue" in newer.reason


@pytest.mark.parametrize(
    ("metric", "variant", "expected"),
    [
        ("llm.cost_per_request", None, "always"),
        ("llm_cost_per_request_usd_bucket", None, "always"),
        ("llm_cost_per_request_bucket", None, "never"),
        ("llm_cost_per_request_bucket", "js-pull", "always"),
        ("llm_tokens_input_total", "js-pull", "always"),
        ("llm_tokens_input_total", "without-suffixes", "never"),
        ("llm_tokens_input", "without-suffixes", "always"),
    ],
)
def test_app_names_follow_the_variant(metric: str, variant: str | None, expected: str) -> None:
    assert state("app", metric, "1.0", variant) == expected


def test_app_alternatives_carry_the_name_of_the_variant() -> None:
    versions = VersionRange.parse("1.0")
    names = [alternatives(load("app"), "ttft", versions, variant)[0].metric for variant in load("app").variants]
    assert names == [
        "llm_time_to_first_token_milliseconds",
        "llm_time_to_first_token",
        "llm_time_to_first_token",
    ]
    wrong = availability(load("app"), "llm_tokens_input_total", versions, "without-suffixes")
    assert "variant with-suffixes or js-pull;" in wrong.reason
    assert "use llm_tokens_input" in wrong.how
