"""What local models really cost: GPUs idle, GPUs loading, and per token over a day with enough of them."""

from __future__ import annotations

import pytest

from dashgen.alerts.recording import AMORTISED, GPU_COST, GPU_COST_IDLE, GPU_COST_LOADING
from tests.alerts.deployments import DCGM, QWEN, VLLM, WORKLOAD, engine, gpu, serving, spec
from tests.promtool import play
from tests.series import counter

OURS = QWEN | {"workload": WORKLOAD, "serving": {"usd_per_gpu_hour": 2}}
TWO_GPUS = (gpu("USED", 70000) | gpu("FREE", 10000), gpu("USED", 70000, gpu="1", UUID="GPU-2"))


def paid(*series, until=20, groups=("facts", "capacity", "gpu", "tokens", "gpu-cost"), floor=1000):
    chosen = spec(models=(OURS,), sources=(VLLM, DCGM), alerts={"amortised": {"min_tokens_per_day": floor}})
    return play(chosen, *series, groups=groups, until=until)


@pytest.mark.parametrize(
    ("engine_series", "idle", "loading"),
    [
        (serving(20, running=1), [], []),
        (serving(20, running=0, queue=1), [], []),
        (serving(20, running=0), [4], []),
        ({}, [], [4]),
    ],
    ids=["busy", "only a queue", "idle", "loading"],
)
def test_gpus_are_paid_for_and_what_they_do_is_told_apart(engine_series, idle, loading):
    played = paid(*TWO_GPUS, engine_series)
    cost, at_rest, starting = played.queries([(record, 20) for record in (GPU_COST, GPU_COST_IDLE, GPU_COST_LOADING)])
    assert cost.value() == 4
    assert [value for _, value in at_rest] == idle
    assert [value for _, value in starting] == loading


@pytest.mark.parametrize(("floor", "known"), [(8_000, True), (20_000, False)])
def test_too_few_tokens_make_no_price_per_token(floor, known):
    prompts = {engine("vllm:prompt_tokens_total"): counter((300, 20))}
    played = paid(*TWO_GPUS, serving(20, tokens_per_minute=300), prompts, floor=floor)
    assert bool(played.query(AMORTISED)) is known
