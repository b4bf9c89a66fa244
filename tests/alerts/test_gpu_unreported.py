"""LLMGPUMemoryUnreported: GPUs of ours that work and do not say how full their memory is."""

from __future__ import annotations

from dashgen.alerts import alerts
from tests.alerts.deployments import DCGM, QWEN, VLLM, WORKLOAD, gpu, spec
from tests.exporters import line
from tests.promtool import play
from tests.series import STALE, constant, gap, merge

NAME = "LLMGPUMemoryUnreported"
OURS = QWEN | {"workload": WORKLOAD}


def working(timeline=None, **labels):
    """A GPU or MIG instance of ours whose engine is busy."""
    own = {"job": "dcgm", "gpu": "0", "UUID": "GPU-1", "Hostname": "node-1", "pod": "dcgm-x", "namespace": "monitoring"}
    own |= {"exported_pod": "vllm-qwen-0", "exported_namespace": "llm"} | labels
    own = {label: value for label, value in own.items() if value is not None}
    return line("DCGM_FI_PROF_GR_ENGINE_ACTIVE", timeline or constant(0.5, 31), **own)


def memory(**labels):
    return gpu("USED", 40000, 31, **labels) | gpu("FREE", 40000, 31, **labels)


def gpus(*series, model=OURS):
    return play(spec((model,), (VLLM, DCGM)), merge(*series), groups=("gpu",), until=30)


def test_a_mig_instance_without_framebuffer_metrics_is_a_ticket_after_a_quarter_of_an_hour():
    played = gpus(working(GPU_I_ID="1"), working(GPU_I_ID="2"), memory(GPU_I_ID="2"))
    firing = played.firing(NAME)
    assert {f.labels["GPU_I_ID"] for f in firing} == {"1"}
    assert firing[0].minute == 15
    assert firing[0].labels["severity"] == "ticket"
    assert firing[0].annotations["summary"] == "chat: GPU 0 1 on node-1 does not report its memory"
    assert "(MIG instance 1)" in firing[0].annotations["description"]


def test_a_card_that_reports_its_memory_is_silent():
    assert not gpus(working(), memory()).minutes(NAME)


def test_a_whole_card_without_framebuffer_metrics_is_a_ticket_too():
    played = gpus(working(), working(UUID="GPU-2", gpu="1"), memory(UUID="GPU-2", gpu="1"))
    assert {f.labels["UUID"] for f in played.firing(NAME)} == {"GPU-1"}
    assert "(MIG instance" not in played.firing(NAME)[0].annotations["description"]


def test_memory_of_the_card_says_nothing_of_its_instances():
    played = gpus(working(GPU_I_ID="1"), memory())
    assert {f.labels.get("GPU_I_ID") for f in played.firing(NAME)} == {"1"}


def test_gpus_of_others_are_not_ours():
    assert not gpus(working(exported_pod="trainer-0"), working(UUID="GPU-2", exported_pod=None)).minutes(NAME)


def test_a_gpu_that_went_away_is_not_unreported():
    gone = working([*constant(0.5, 10), STALE, *gap(20)], GPU_I_ID="1")
    assert not gpus(gone).minutes(NAME)


def test_gpus_that_are_not_mapped_to_pods_have_no_such_ticket():
    assert NAME not in {alert.name for alert in alerts(spec((QWEN,), (VLLM, DCGM)))}
