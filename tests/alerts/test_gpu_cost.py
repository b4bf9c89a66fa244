"""What local models really cost: GPUs idle, GPUs loading, and per token over a day with enough of them."""

from __future__ import annotations

import pytest

from dashgen.alerts.gpu_cost import AMORTISED, GPU_COST, GPU_COST_IDLE, GPU_COST_LOADING, GPUS
from tests.alerts.deployments import DCGM, LLAMA, QWEN, VLLM, WORKLOAD, engine, gpu, serving, spec
from tests.exporters import line
from tests.promtool import play
from tests.series import constant, counter, merge

PRICED = {"serving": {"usd_per_gpu_hour": 2}}
OURS = QWEN | PRICED | {"workload": WORKLOAD}
H100, A30 = "NVIDIA H100 80GB HBM3", "NVIDIA A30"
SERVER = "NVIDIA RTX PRO 6000 Blackwell Server Edition"
THEIRS = LLAMA | PRICED | {"workload": {"namespace": "llm", "pods": "vllm-llama-.*"}}
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


def held(*series, models=(OURS, THEIRS), dcgm=DCGM, until=5):
    """Cards by model, parts of cards included."""
    chosen = spec(models=models, sources=(VLLM, dcgm))
    return play(chosen, *series, groups=("facts", "gpu", "gpu-cost"), until=until)


def pod(name, **labels):
    """Memory of the GPU that a pod holds."""
    return gpu("USED", 70000, 5, exported_pod=name, **labels)


def instance(profile, number="1", card=H100, minutes=5, **labels):
    """Memory of a MIG instance."""
    return gpu("USED", 9000, minutes, GPU_I_ID=number, GPU_I_PROFILE=profile, modelName=card, **labels)


def cards(*series, **deployment):
    return held(*series, **deployment).query(f"sum by (model) ({GPUS})").by("model")


def test_a_time_sliced_gpu_is_paid_in_equal_parts_by_the_models_on_it():
    shared = (pod("vllm-qwen-0", vgpu="0"), pod("vllm-llama-0", vgpu="1"))
    alone = pod("vllm-llama-1", UUID="GPU-2", gpu="1")
    played = held(*shared, alone)
    assert played.query(GPUS).by("model") == {"qwen": 0.5, "llama": 1.5}
    assert played.query(GPU_COST).by("model") == {"qwen": 1, "llama": 3}


def test_the_pods_of_one_model_hold_a_time_sliced_gpu_once():
    assert cards(*(pod(f"vllm-qwen-{n}", vgpu=str(n)) for n in range(3))) == {"qwen": 1}
    uneven = (pod("vllm-qwen-0", vgpu="0"), pod("vllm-qwen-1", vgpu="1"), pod("vllm-llama-0", vgpu="2"))
    assert cards(*uneven) == {"qwen": 0.5, "llama": 0.5}


def test_two_slices_of_one_gpu_for_one_pod_count_once():
    assert cards(pod("vllm-qwen-0", vgpu="0"), pod("vllm-qwen-0", vgpu="1")) == {"qwen": 1}


def test_other_services_on_a_time_sliced_gpu_pay_nothing():
    assert cards(pod("vllm-qwen-0", vgpu="0"), pod("trainer-0", vgpu="1")) == {"qwen": 1}


@pytest.mark.parametrize(
    ("card", "profile", "part"),
    [
        (H100, "1g.10gb", 1 / 7),
        (H100, "1g.10gb+me", 1 / 7),
        (H100, "1g.20gb", 1 / 7),
        (H100, "2g.20gb", 2 / 7),
        (H100, "3g.40gb", 3 / 7),
        (H100, "4g.40gb", 4 / 7),
        (H100, "7g.80gb", 1),
        (H100, "1c.3g.40gb", 3 / 7),
        ("NVIDIA A100 80GB PCIe", "7g.79gb", 1),
        ("NVIDIA H100 NVL", "1g.11gb", 1 / 7),
        ("NVIDIA GH200 480GB", "1g.24gb", 1 / 7),
        ("NVIDIA A100-SXM4-40GB", "1g.5gb", 1 / 7),
        (None, "2g.20gb", 2 / 7),
        (A30, "1g.6gb", 1 / 4),
        (A30, "1g.5gb", 1 / 4),
        (A30, "2g.12gb+me", 2 / 4),
        (A30, "4g.24gb", 1),
        ("NVIDIA A30X", "2g.12gb", 2 / 4),
        (SERVER, "1g.24gb+gfx", 1 / 4),
        (SERVER, "2g.48gb", 2 / 4),
        (SERVER, "4g.96gb", 1),
        ("NVIDIA RTX PRO 5000 Blackwell", "1g.24gb", 1 / 2),
        ("NVIDIA RTX PRO 5000 Blackwell", "2g.48gb", 1),
        (H100, "<<<NULL>>>", 1),
    ],
)
def test_a_mig_instance_costs_its_slices_of_the_card(card, profile, part):
    assert cards(instance(profile, card=card)) == {"qwen": pytest.approx(part)}


def test_the_instances_of_one_card_add_up_to_it():
    pieces = [instance("1g.10gb", str(7 + n), exported_pod=f"vllm-qwen-{n}") for n in range(3)]
    pieces += [instance("4g.40gb", "1", exported_pod="vllm-llama-0")]
    played = held(*pieces)
    assert played.query(GPUS).by("model") == pytest.approx({"qwen": 3 / 7, "llama": 4 / 7})
    assert played.query(GPU_COST).by("model") == pytest.approx({"qwen": 6 / 7, "llama": 8 / 7})


def test_a_time_sliced_instance_is_paid_in_equal_parts():
    shared = [instance("2g.20gb", exported_pod=f"vllm-{name}-0", vgpu=name) for name in ("qwen", "llama")]
    assert cards(*shared) == pytest.approx({"qwen": 1 / 7, "llama": 1 / 7})


def test_namesakes_in_two_namespaces_pay_for_their_own_instances():
    theirs = LLAMA | PRICED | {"workload": {"namespace": "eu", "pods": "vllm-qwen-.*"}}
    ours, other = instance("3g.40gb", "1"), instance("1g.10gb", "9", exported_namespace="eu")
    assert cards(ours, other, models=(OURS, theirs)) == pytest.approx({"qwen": 3 / 7, "llama": 1 / 7})


def test_a_card_is_not_counted_beside_its_instances():
    card = gpu("USED", 20000, 5, modelName=H100)
    other = gpu("USED", 20000, 5, modelName=H100, UUID="GPU-2", gpu="1")
    assert cards(card, instance("2g.20gb"), other) == {"qwen": pytest.approx(1 + 2 / 7)}


def test_an_instance_without_framebuffer_metrics_is_paid_for():
    labels = {"job": "dcgm", "gpu": "0", "UUID": "GPU-1", "Hostname": "node-1", "modelName": H100}
    labels |= {"exported_pod": "vllm-qwen-0", "exported_namespace": "llm", "GPU_I_PROFILE": "3g.40gb"}
    name = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
    blind, seen = ({**labels, "GPU_I_ID": number} for number in "12")
    memory = instance("3g.40gb", "2")
    assert cards(line(name, constant(0.5, 5), **blind)) == {"qwen": pytest.approx(3 / 7)}
    both = merge(line(name, constant(0.5, 5), **blind), line(name, constant(0.5, 5), **seen), memory)
    assert cards(both) == {"qwen": pytest.approx(6 / 7)}


@pytest.mark.parametrize(
    ("dcgm", "labels"),
    [
        ({"honor_labels": True}, {"pod": "vllm-qwen-0", "namespace": "llm", "exported_pod": None}),
        ({"version": "4.6.0"}, {"Hostname": None, "hostname": "node-9"}),
        ({"version": ">=4.5.3, <=4.8"}, {}),
    ],
    ids=["honored labels", "hostname of 4.6", "Hostname while 4.6 rolls out"],
)
def test_whatever_the_labels_are_called(dcgm, labels):
    labels = {"exported_namespace": None, **labels} if dcgm.get("honor_labels") else labels
    assert cards(instance("3g.40gb", **labels), dcgm=DCGM | dcgm) == {"qwen": pytest.approx(3 / 7)}


def test_a_handed_over_gpu_is_paid_by_who_holds_it_now():
    before = gpu("USED", [*constant(70000, 10), "stale"], 5, exported_pod="vllm-qwen-0")
    after = gpu("USED", ["_"] * 41 + constant(70000, 10), 5, exported_pod="vllm-llama-0")
    played = held(before, after, until=20)
    assert played.query(GPUS, 9).by("model") == {"qwen": 1}
    assert played.query(GPUS, 20).by("model") == {"llama": 1}


def test_idle_and_loading_instances_cost_their_part():
    chosen = spec(models=(OURS, THEIRS), sources=(VLLM, DCGM))
    idle = instance("3g.40gb", "1", minutes=20)
    loading = instance("1g.10gb", "9", minutes=20, exported_pod="vllm-llama-0")
    groups = ("facts", "capacity", "gpu", "tokens", "gpu-cost")
    played = play(chosen, idle, loading, serving(20, running=0), groups=groups, until=20)
    at_rest, starting = played.queries([(GPU_COST_IDLE, 20), (GPU_COST_LOADING, 20)])
    assert at_rest.by("model") == {"qwen": pytest.approx(6 / 7)}
    assert starting.by("model") == {"llama": pytest.approx(2 / 7)}


def test_the_amortised_price_follows_the_part_of_the_card():
    prompts = {engine("vllm:prompt_tokens_total"): counter((300, 20))}
    played = [
        paid(series, serving(20, tokens_per_minute=300), prompts).query(AMORTISED).value()
        for series in (gpu("USED", 70000), instance("1g.10gb", minutes=20))
    ]
    assert played[0] == pytest.approx(7 * played[1])
