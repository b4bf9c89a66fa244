"""Any valid spec: hypothesis strategies that combine what deployments are made of, pair by pair and further."""

from __future__ import annotations

from hypothesis import strategies as st

from dashgen.catalogue.loader import exporters, load
from dashgen.spec import Spec
from dashgen.spec.checks import check

ENGINES = tuple(name for name in exporters() if load(name).vantage == "engine")
USERS = tuple(name for name in exporters() if load(name).vantage in ("client", "gateway"))
AROUND = tuple(name for name in exporters() if load(name).vantage in ("gpu", "cluster"))

VERSIONS = {
    "vllm": ("0.33", "0.8.2", "0.10.2", ">=0.9, <=0.33", "0.11.0", None),
    "litellm": ("1.109", ">=1.60, <=1.109", "1.80.0", None),
    "sglang": ("0.5.23", None),
    "dcgm-exporter": ("4.5.3", "3.3.5", ">=3.3.5, <=4.5.3", "4.6.0"),
}

# No lone surrogates and no NUL: a spec refuses those.
awkward = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
names = st.one_of(
    st.sampled_from(
        ["m", 'a"b\\c', "x.y|z", "{{ $labels.x }}", "$namespace", "${x}", "a\nb", "Qwen/Qwen2.5(32B)+", "é☃"]
    ),
    awkward,
)


def _vantage(kind: str) -> str:
    return load(kind).vantage


@st.composite
def sources(draw: st.DrawFn, kind: str) -> dict[str, object]:
    """One source of a kind, at some version, variant and spelling."""
    exporter = load(kind)
    found: dict[str, object] = {"kind": kind, "selector": {"job": kind}}
    version = draw(st.sampled_from(VERSIONS.get(kind, (None,))))
    if version is not None:
        found["version"] = version
    if exporter.variants and draw(st.booleans()):
        found["variant"] = draw(st.sampled_from(sorted(exporter.variants)))
    if exporter.labels_honored and draw(st.booleans()):
        found["honor_labels"] = True
    if exporter.vantage == "engine" and draw(st.booleans()):
        found["scales_to_zero"] = True
    if any(metric.type == "histogram" for metric in exporter.metrics) and draw(st.integers(0, 4)) == 0:
        found["histograms"] = "native"
    return found


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """A spec document: one or two engines, who calls them, what stands around them, and the Prometheus."""
    kinds = draw(st.lists(st.sampled_from(ENGINES), max_size=2, unique=True))
    # One kind at each vantage: two would count the same requests twice.
    calling = st.lists(st.sampled_from(USERS), min_size=0 if kinds else 1, max_size=2, unique_by=_vantage)
    users = draw(calling)
    around = draw(st.lists(st.sampled_from(AROUND), max_size=3, unique=True))
    called = draw(st.lists(names, min_size=4, max_size=4, unique=True))
    models: list[dict[str, object]] = []
    for kind, name in zip(kinds, called, strict=False):
        model: dict[str, object] = {"name": name, "route": "local", "engine": kind}
        if draw(st.booleans()):
            autoscaled = {"scaled_object": f"{kind}-so"} if {"keda", "kube-state-metrics"} & set(around) else {}
            model["workload"] = {"namespace": "llm", "pods": f"{kind}-.*", **autoscaled}
        if draw(st.booleans()):
            priced = {"reference_throughput": {"input": 1000, "output": 100}} if draw(st.booleans()) else {}
            model["serving"] = {"usd_per_gpu_hour": 2, **priced}
        models.append(model)
    if not models or (users and draw(st.booleans())):
        prices = draw(st.sampled_from([[], [{"input": 1, "output": 2}], _DATED]))
        models.append({"name": called[2], "aliases": [called[3]], "route": "cloud", "prices": prices})
    prometheus: dict[str, object] = {
        "version": "3.5",
        "rules": draw(st.sampled_from(["local", "global"])),
        "scrape_interval": draw(st.sampled_from(["5s", "15s", "30s"])),
        "retention": draw(st.sampled_from(["3d", "15d", "45d"])),
        "external_labels": draw(st.sampled_from([{}, {"cluster": "eu"}, {"cluster": "eu", "replica": "a"}])),
    }
    if "replica" in prometheus["external_labels"]:  # type: ignore[operator]
        prometheus["replica_label"] = "replica"
    return {
        "name": "any",
        "title": draw(names),
        "team": draw(names),
        "models": models,
        "sources": [draw(sources(kind)) for kind in (*users, *kinds, *around)],
        "prometheus": prometheus,
        "tempo": draw(st.sampled_from([None, {}, {"service_name": "a b"}])),
        "revenue_usd_per_request": draw(st.sampled_from([None, 0.05])),
        "profile": draw(st.sampled_from(["chat", "autocomplete", {"ttft_p95": "750ms"}])),
    }


_DATED = [{"input": 1, "output": 2}, {"from": "2026-06-01", "input": 2, "output": 3, "cache_read": 0.1}]


def valid(document: dict[str, object]) -> Spec | None:
    """The spec, when the checks of ``dashgen build`` have nothing to say about it."""
    spec = Spec.model_validate({key: value for key, value in document.items() if value is not None})
    return None if any(True for _ in check(spec)) else spec
