"""LLMGPUMemoryHigh: close to an out-of-memory crash, by more than the engine reserved on purpose."""

from __future__ import annotations

import pytest

from dashgen.alerts import alerts, missing_alerts
from dashgen.alerts.gpu_memory import reserved_fraction
from tests.alerts.deployments import DCGM, QWEN, VLLM, WORKLOAD, gpu, spec
from tests.dashboards.board import look
from tests.promtool import play
from tests.series import constant

NAME = "LLMGPUMemoryHigh"
RATIO = "llm:gpu_memory_usage_gpu:ratio"
LIMIT = "llm:gpu_memory_usage_gpu:limit"
TOTAL = 80000
OURS = QWEN | {"workload": WORKLOAD}


def memory(percent, reserved=None, **labels):
    """Used and free framebuffer of one GPU; reserved is on top of both."""
    fields = gpu("USED", TOTAL * percent / 100, **labels) | gpu("FREE", TOTAL * (1 - percent / 100), **labels)
    return fields if reserved is None else fields | gpu("RESERVED", reserved, **labels)


def gpus(*series, model=OURS, dcgm=DCGM, until=20):
    return play(spec((model,), (VLLM, dcgm)), *series, groups=("gpu",), until=until)


@pytest.mark.parametrize(("percent", "fires"), [(94.9, False), (95, False), (95.1, True)])
def test_above_95_percent_pages(percent, fires):
    assert bool(gpus(memory(percent)).minutes(NAME)) is fires


def test_it_takes_five_minutes_and_the_page_names_the_gpu():
    used = constant(40000, 5) + constant(79000, 15)
    free = constant(40000, 5) + constant(1000, 15)
    played = gpus(gpu("USED", used) | gpu("FREE", free))
    first = played.firing(NAME)[0]
    assert first.minute == 10
    assert first.labels["severity"] == "page"
    assert "98.75%" in first.annotations["description"] and "GPU-1" in first.annotations["description"]
    assert "node-1" in first.annotations["summary"]


def test_four_and_a_half_minutes_do_not_page():
    used = constant(40000, 5) + constant(79000, 4.75) + constant(40000, 10.25)
    free = constant(40000, 5) + constant(1000, 4.75) + constant(40000, 10.25)
    assert not gpus(gpu("USED", used) | gpu("FREE", free)).minutes(NAME)


@pytest.mark.parametrize(
    ("fraction", "reserved", "limit"),
    [
        (0.9, 600, 0.95),
        (0.95, None, 0.97),
        (0.95, 600, 0.95 * (TOTAL + 600) / TOTAL + 0.02),
        (0.95, 1600, 0.95 * (TOTAL + 1600) / TOTAL + 0.02),
    ],
)
def test_what_vllm_reserves_on_purpose_moves_the_limit(fraction, reserved, limit):
    model = OURS | {"serving": {"usd_per_gpu_hour": 2, "gpu_memory_utilization": fraction}}
    below, above = (gpus(memory(100 * (limit + d), reserved), model=model) for d in (-0.001, 0.001))
    assert below.query(LIMIT).value() == pytest.approx(limit)
    assert not below.minutes(NAME)
    assert above.minutes(NAME)


@pytest.mark.parametrize(
    ("version", "fraction"),
    [
        (None, 0.92),
        ("0.33", 0.92),
        ("0.20", 0.92),
        ("0.20.0", 0.92),
        ("0.19", 0.9),
        ("0.19.1", 0.9),
        (">=0.10, <=0.19", 0.9),
        (">=0.10, <=0.20", 0.92),
        (">=0.10", 0.92),
    ],
)
def test_without_a_setting_the_default_of_the_newest_version_counts(version, fraction):
    assert reserved_fraction(spec(models=(OURS,), sources=(VLLM | {"version": version}, DCGM))) == fraction


def test_a_gpu_without_reserved_memory_keeps_the_flat_limit_beside_one_with():
    model = OURS | {"serving": {"usd_per_gpu_hour": 2, "gpu_memory_utilization": 0.95}}
    played = gpus(memory(50, 1600), memory(50, UUID="GPU-2", gpu="1", exported_pod="vllm-qwen-1"), model=model)
    assert played.query(LIMIT).by("UUID") == pytest.approx({"GPU-1": 0.95 * 1.02 + 0.02, "GPU-2": 0.97})


@pytest.mark.parametrize("fraction", [0.99, 1])
def test_no_page_is_promised_when_the_engine_may_take_everything(fraction):
    model = OURS | {"serving": {"usd_per_gpu_hour": 2, "gpu_memory_utilization": fraction}}
    chosen = spec((model,), (VLLM, DCGM))
    assert NAME not in {alert.name for alert in alerts(chosen)}
    assert any(gap.name == NAME and "leaves nothing" in gap.missing.reason for gap in missing_alerts(chosen))


def test_a_time_sliced_gpu_is_one_alert():
    shared = [memory(97, exported_pod=f"vllm-qwen-{n}", vgpu=str(n)) for n in range(3)]
    played = gpus(*shared)
    assert len(played.firing(NAME, UUID="GPU-1")) == len(played.minutes(NAME)) > 0
    assert "pod" not in played.firing(NAME)[0].labels


TWINS = [memory(97, 600, exported_pod=f"vllm-qwen-{n}", vgpu=str(n)) for n in range(3)]
SPLIT = [
    memory(97, 600, GPU_I_ID="1", GPU_I_PROFILE="3g.40gb", exported_pod="vllm-qwen-0"),
    memory(50, 600, GPU_I_ID="2", GPU_I_PROFILE="4g.40gb", exported_pod="vllm-qwen-1"),
]
PANEL = "service-health/gpu-memory"


def test_a_time_sliced_gpu_is_one_ratio_one_limit_and_one_line():
    played = gpus(*TWINS)
    assert played.query(RATIO).value() == pytest.approx(0.97)
    assert played.query(LIMIT).value() == pytest.approx(0.95)
    chosen = spec((OURS,), (VLLM, DCGM))
    used, limit = look(played, chosen, (f"{PANEL}/used", 20, {}), (f"{PANEL}/limit", 20, {}))
    assert used == {"node-1 gpu 0": pytest.approx(0.97)}
    assert limit == {"page above": pytest.approx(0.95)}


def test_a_gpu_shared_by_two_models_is_one_line_whichever_is_chosen():
    llama = {"name": "llama", "route": "local", "workload": {"namespace": "llm", "pods": "vllm-llama-.*"}}
    chosen = spec((OURS, llama), (VLLM, DCGM))
    shared = [memory(97, exported_pod=f"vllm-{name}-0", vgpu=name) for name in ("qwen", "llama")]
    played = play(chosen, *shared, memory(50, UUID="GPU-2", gpu="1"), groups=("gpu",), until=20)
    assert {f.labels["UUID"] for f in played.firing(NAME)} == {"GPU-1"}
    everything, one = look(played, chosen, (f"{PANEL}/used", 20, {}), (f"{PANEL}/used", 20, {"model": "llama"}))
    assert everything == {"node-1 gpu 0": pytest.approx(0.97), "node-1 gpu 1": pytest.approx(0.5)}
    assert one == {"node-1 gpu 0": pytest.approx(0.97)}


def test_each_mig_instance_has_its_own_ratio_limit_and_line():
    chosen = spec((OURS,), (VLLM, DCGM))
    played = gpus(*SPLIT)
    assert played.query(RATIO).by("GPU_I_ID") == pytest.approx({"1": 0.97, "2": 0.5})
    assert played.query(LIMIT).by("GPU_I_ID") == pytest.approx({"1": 0.95, "2": 0.95})
    (used,) = look(played, chosen, (f"{PANEL}/used", 20, {}))
    assert used == pytest.approx({"node-1 gpu 0 1": 0.97, "node-1 gpu 0 2": 0.5})


def test_a_time_sliced_mig_instance_is_one_alert():
    twins = [memory(97, GPU_I_ID="1", GPU_I_PROFILE="3g.40gb", exported_pod=f"vllm-qwen-{n}", vgpu=n) for n in "01"]
    played = gpus(*twins, memory(50, GPU_I_ID="2", GPU_I_PROFILE="4g.40gb"))
    assert len(played.firing(NAME)) == len(played.minutes(NAME, GPU_I_ID="1")) > 0


HONORED = {"exported_pod": None, "exported_namespace": None, "namespace": "llm"}


@pytest.mark.parametrize("hostname", ["Hostname", "hostname"])
@pytest.mark.parametrize("honored", [True, False], ids=["honor_labels", "exported labels"])
def test_instances_and_time_slices_are_told_apart_whatever_the_labels_are_called(honored, hostname):
    pods = [{**HONORED, "pod": f"vllm-qwen-{n}"} if honored else {"exported_pod": f"vllm-qwen-{n}"} for n in range(2)]
    named = {"Hostname": None, hostname: "node-7"}
    twins = [memory(97, GPU_I_ID="1", vgpu=str(n), **pod, **named) for n, pod in enumerate(pods)]
    version = "4.6.0" if hostname == "hostname" else "4.5.3"
    dcgm = DCGM | {"honor_labels": honored, "version": version}
    played = gpus(*twins, memory(50, GPU_I_ID="2", **pods[0], **named), dcgm=dcgm)
    assert played.query(RATIO).by("GPU_I_ID") == pytest.approx({"1": 0.97, "2": 0.5})
    assert {(f.labels["node"], f.labels["GPU_I_ID"]) for f in played.firing(NAME)} == {("node-7", "1")}


def test_each_of_two_gpus_has_its_own_alert():
    played = gpus(memory(97), memory(50, UUID="GPU-2", gpu="1"), memory(98, UUID="GPU-3", gpu="2"))
    assert {f.labels["UUID"] for f in played.firing(NAME)} == {"GPU-1", "GPU-3"}


def test_mig_instances_share_a_card_and_not_a_verdict():
    played = gpus(memory(97, GPU_I_ID="1"), memory(50, GPU_I_ID="2"))
    assert {f.labels["GPU_I_ID"] for f in played.firing(NAME)} == {"1"}


def test_a_gpu_that_reports_zero_is_not_full():
    assert not gpus(gpu("USED", 0) | gpu("FREE", 0)).minutes(NAME)


def test_without_free_memory_nothing_can_be_said():
    played = gpus(gpu("USED", 79000))
    assert not played.query(RATIO)
    assert not played.minutes(NAME)


def test_with_honored_labels_the_pod_is_in_pod():
    honored = {"pod": "vllm-qwen-0", "namespace": "llm", "exported_pod": None, "exported_namespace": None}
    assert gpus(memory(97, **honored), dcgm=DCGM | {"honor_labels": True}).minutes(NAME)
    assert not gpus(memory(97, **honored)).minutes(NAME)


@pytest.mark.parametrize("labels", [{"exported_pod": "trainer-0"}, {"exported_namespace": "research"}])
def test_other_teams_gpus_on_the_same_exporter_are_not_ours(labels):
    assert not gpus(memory(99, **labels)).minutes(NAME)


def test_an_unused_gpu_without_a_pod_is_not_ours():
    assert not gpus(memory(99, exported_pod=None, exported_namespace=None)).minutes(NAME)


def test_without_a_workload_it_is_a_ticket_for_every_gpu():
    played = gpus(memory(97, exported_pod="anything"), model=QWEN)
    assert {f.labels["severity"] for f in played.firing(NAME)} == {"ticket"}


def test_two_models_find_their_gpus():
    llama = {"name": "llama", "route": "local", "workload": {"namespace": "llm", "pods": "vllm-llama-.*"}}
    chosen = spec((OURS, llama), (VLLM, DCGM))
    played = play(
        chosen,
        memory(97),
        memory(96, UUID="GPU-2", gpu="1", exported_pod="vllm-llama-0"),
        groups=("gpu",),
        until=10,
    )
    assert played.query("llm:gpu_memory_used_gpu:max").by("model") == {
        "qwen": 0.97 * TOTAL * 2**20,
        "llama": 0.96 * TOTAL * 2**20,
    }


def test_the_hostname_label_of_4_6_is_the_node():
    old = memory(97, Hostname=None, hostname="node-9")
    played = gpus(old, dcgm=DCGM | {"version": ">=4.5.3, <=4.8"})
    assert played.firing(NAME)[0].labels.get("node") == "node-9"


def test_there_is_one_alert_of_that_name():
    assert [a.name for a in alerts(spec((OURS,), (VLLM, DCGM)))].count(NAME) == 1
