"""LLMRequestsQueued: the engine cannot keep up and nothing is scaling out."""

from __future__ import annotations

import pytest

from tests.alerts.deployments import LLAMA, QWEN, VLLM, engine, spec, waiting
from tests.promtool import play
from tests.series import STALE, constant, gap, pattern

NAME = "LLMRequestsQueued"
SUM = "llm:requests_waiting_engine:sum"
SHARE = "llm:requests_waiting_engine:share2m"


def capacity(*series, until=20, version="0.33", models=(QWEN,), **queue):
    chosen = spec(models, (VLLM | {"version": version},), alerts={"queue": queue})
    return play(chosen, *series, groups=("capacity",), until=until)


def test_a_queue_for_two_minutes_pages():
    played = capacity(waiting(constant(0, 10) + constant(3, 10)))
    first = played.firing(NAME)[0]
    assert 11.5 <= first.minute <= 12
    assert (first.labels["severity"], first.labels["model"], first.labels["route"]) == ("page", "qwen", "local")
    assert "qwen" in first.annotations["summary"] and "%" in first.annotations["description"]


@pytest.mark.parametrize("phase", range(4))
def test_a_queue_of_one_minute_does_not_page(phase):
    waited = [0] * (40 + phase) + [5] * 4
    assert not capacity(waiting(waited + [0] * (84 - len(waited)))).minutes(NAME)


def test_an_empty_queue_does_not_page():
    assert not capacity(waiting(constant(0, 20))).minutes(NAME)


@pytest.mark.parametrize(("share", "fires"), [(0.5, True), (0.66, True), (0.78, False), (1, False)])
@pytest.mark.parametrize("phase", range(4))
def test_the_share_of_time_with_a_queue_decides(share, fires, phase):
    # Queued three scrapes of four: 0.67 or 0.78 of nine points (Prometheus 2), 0.75 of eight (Prometheus 3).
    played = capacity(waiting(pattern([1, 1, 1, 0], 21, phase=phase)), share=share)
    assert bool(played.minutes(NAME)) is fires


@pytest.mark.parametrize(("values", "share"), [([1, 1, 1, 0], 0.75), ([1, 1, 1, 1, 0], 0.8)])
def test_a_share_exactly_at_the_limit_pages(values, share):
    # 100 s at a scrape every 25 s are four points to Prometheus 3 and five to Prometheus 2: one of them is exact.
    chosen = spec((QWEN,), (VLLM,), {"scrape_interval": "25s"}, alerts={"queue": {"window": "100s", "share": share}})
    series = waiting(pattern(values, 20, step=25))
    assert play(chosen, series, groups=("capacity",), until=15, every=25, interval=25).minutes(NAME)


@pytest.mark.parametrize("phase", range(6))
def test_a_flapping_queue_is_seen_in_every_phase_of_the_scrapes(phase):
    played = capacity(waiting(pattern([4, 4, 4, 4, 4, 0], 20, phase=phase)))
    firing = played.minutes(NAME)
    assert firing[0] <= 2.5 and firing[-1] == 20 and len(firing) >= 35


@pytest.mark.parametrize("phase", range(4))
def test_a_queue_that_is_empty_half_the_time_is_never_a_page(phase):
    assert not capacity(waiting(pattern([4, 4, 0, 0], 20, phase=phase))).minutes(NAME)


def test_a_pod_born_with_a_queue_in_a_known_model_pages_as_fast_as_any():
    old = waiting(constant(0, 20))
    born = waiting(gap(10) + constant(9, 10), pod="vllm-qwen-1")
    assert 11.5 <= capacity(old, born).minutes(NAME)[0] <= 12


def test_the_first_pod_of_a_model_gets_two_minutes_to_drain_its_queue():
    drained = waiting(gap(10) + constant(9, 1.5) + constant(0, 8.5))
    assert not capacity(drained).minutes(NAME)
    played = capacity(waiting(gap(10) + constant(9, 10)))
    assert 12 <= played.minutes(NAME)[0] <= 12.5


def test_requests_that_no_capacity_would_help_do_not_page():
    played = capacity(waiting(constant(5, 20), reason="deferred"), waiting(constant(0, 20)))
    assert played.query(SUM).value() == 0
    assert not played.minutes(NAME)


def test_both_pods_of_a_model_add_up_and_another_model_does_not():
    played = capacity(
        waiting(constant(2, 20)),
        waiting(constant(2, 20), pod="vllm-qwen-1"),
        waiting(constant(0, 20), pod="vllm-llama-0", model_name="llama"),
        models=(QWEN, LLAMA),
        min_waiting=3,
    )
    assert played.query(SUM).by("model") == {"qwen": 4, "llama": 0}
    assert played.models(NAME) == {"qwen"}


@pytest.mark.parametrize(("length", "fires"), [(3, False), (4, True)])
def test_a_queue_of_min_waiting_is_accepted(length, fires):
    assert bool(capacity(waiting(constant(length, 20)), min_waiting=3).minutes(NAME)) is fires


def test_strict_means_the_whole_window():
    played = capacity(waiting(constant(0, 5) + constant(1, 15)), share=1)
    assert played.minutes(NAME)[0] in (6.5, 7, 7.5)
    flapping = capacity(waiting(pattern([1] * 7 + [0], 20)), share=1)
    assert not flapping.minutes(NAME)


def test_the_page_lasts_three_minutes_longer_than_the_queue():
    played = capacity(waiting(constant(1, 8) + constant(0, 12)))
    times = [m / 2 for m in range(41)]
    queued = played.queries([(f"{SHARE} >= 0.75", m) for m in times])
    assert played.minutes(NAME)[-1] == max(m for m, share in zip(times, queued, strict=True) if share) + 3
    assert played.minutes(NAME)[-1] <= 12


def test_a_queue_that_pauses_for_a_minute_is_one_page():
    waited = constant(1, 6) + constant(0, 1) + constant(1, 6) + constant(0, 7)
    firing = capacity(waiting(waited)).minutes(NAME)
    assert firing == [firing[0] + n / 2 for n in range(len(firing))]


def test_a_model_whose_pods_are_all_gone_stops_paging():
    gone = waiting([*constant(5, 8), STALE, *gap(11.75)])
    played = capacity(gone)
    assert played.minutes(NAME)[-1] <= 8 + 2 + 3
    assert not played.query(f"ALERTS{{alertname='{NAME}'}}")


def test_pods_of_an_upgrade_in_progress_are_counted_once_each():
    old = {engine("vllm:num_requests_waiting", pod="old-0"): constant(3, 20)}
    oldest = {engine("vllm:num_requests_waiting", pod="old-1", engine=None): constant(10, 20)}
    new = waiting(constant(4, 20), pod="new-0") | {
        engine("vllm:num_requests_waiting", pod="new-0"): constant(104, 20),
        engine("vllm:num_requests_waiting_by_reason", pod="new-0", reason="deferred"): constant(100, 20),
    }
    played = capacity(old, oldest, new, version=">=0.10, <=0.33")
    assert played.query(SUM).value() == 3 + 10 + 4
    assert played.query(SHARE).value() == 1
    assert played.models(NAME) == {"qwen"}


def test_before_version_0_20_the_total_is_all_there_is():
    played = capacity({engine("vllm:num_requests_waiting"): constant(3, 20)}, version="0.12")
    assert played.minutes(NAME)


def test_data_parallel_ranks_of_one_pod_add_up():
    ranks = [waiting(constant(1, 20), engine=str(rank)) for rank in range(4)]
    assert capacity(*ranks).query(SUM).value() == 4


def test_a_missed_scrape_is_no_end_of_the_queue():
    played = capacity(waiting(constant(1, 8) + gap(1) + constant(1, 11)))
    firing = played.minutes(NAME)
    assert firing[-1] == 20 and len(firing) == round((20 - firing[0]) * 2) + 1
