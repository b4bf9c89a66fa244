"""Targets that go away: which series end, for how long, and what comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.errors import InputError
from dashgen.testing.series.cut import cut
from dashgen.testing.series.play import play_series
from dashgen.testing.series.provides import check, provides
from tests.specs import variety
from tests.testing.series.plays import WHERE, clock, look, part, where

SPECS = variety()
ON = clock(minutes=12, scrape=15, every=60)


def play(name, *parts, background="healthy"):
    spec = SPECS[name]
    return play_series(spec, assemble(spec), parts, background, ON, where)


def changed(name, *parts, background="healthy"):
    """Selectors of the series that are not as they are without the last part."""
    before, after = play(name, *parts[:-1], background=background), play(name, *parts, background=background)
    assert before.keys() == after.keys()
    return {selector for selector in before if before[selector] != after[selector]}


def jobs(selectors):
    import promql_parser

    found = [{m.name: m.value for m in promql_parser.parse(each).matchers.matchers} for each in selectors]
    return {labels.get("job") for labels in found}, found


def test_everything_of_a_source_goes_and_up_with_it():
    gone = changed("chat", part(away="4m..6m", source="vllm"))
    assert jobs(gone)[0] == {"vllm-qwen-coder"}
    everything = {each for each in play("chat") if 'job="vllm-qwen-coder"' in each and "neighbour" not in each}
    assert gone == {each for each in everything if 'namespace="llm"' in each}
    assert any(each.startswith("up{") for each in gone)


def test_a_pod_takes_its_gpus_with_it_and_leaves_the_other_pod():
    named, labels = jobs(changed("chat", part(away="4m..6m", pods=["vllm-qwen-coder-0"])))
    assert named == {"vllm-qwen-coder", "dcgm-exporter"}
    assert all("vllm-qwen-coder-0" in (each.get("pod"), each.get("exported_pod")) for each in labels)
    assert all("UUID" in each for each in labels if each["job"] == "dcgm-exporter")


def test_pods_may_be_counted():
    counted = changed("sglang", part(away="4m..6m", vantage="engine", pods=1))
    assert len({each.get("pod") for each in jobs(counted)[1]}) == len(SPECS["sglang"].models)


def test_one_model_of_an_application_goes_and_its_target_stays():
    gone = changed("chat", part(away="4m..6m", source="app", model="gemini-2.5-pro"))
    assert {each["model"] for each in jobs(gone)[1]} == {"gemini-2.5-pro"}


def test_an_engine_of_one_model_is_a_target_of_its_own():
    gone = changed("fleet", part(away="4m..6m", source="vllm", model="phi-4"), background="present")
    assert len([each for each in gone if each.startswith("up{")]) == 1


def test_parts_go_too_and_raw_series_stay():
    raw = part(metric='up{job="vllm-qwen-coder",namespace="llm",pod="vllm-qwen-coder-9"}', values="0x48")
    own = part(signal="kv_cache_usage", pods=["vllm-qwen-coder-9"], values={"constant": 0.5})
    gone = changed("chat", raw, own, part(away="4m..6m", pods=["vllm-qwen-coder-9"]), background="none")
    assert {each.partition("{")[0] for each in gone} == {"vllm:kv_cache_usage_perc"}


# 60 a minute, a scrape every 14.85 s: at 8m the last one was at 475.2 s; the first one after 6m is at 371.25 s.
@pytest.mark.parametrize(("reset", "after"), [(False, 475.2), (True, 475.2 - 371.25)])
def test_counters_go_on_unseen_or_begin_again(reset, after):
    requests = part(signal="tokens_output", source="vllm", model="local", pods=1, values={"per_minute": 60})
    series = play("chat", requests, part(away="4m..6m", source="vllm", pods=1, reset=reset), background="none")
    name = 'vllm:generation_tokens_total{job="vllm-qwen-coder",namespace="llm"}'
    seen = [look(series, name, on=ON, at=minute * 60_000)[0] for minute in (3, 5, 6, 8)]
    assert [[value for _, value in each] for each in seen] == [[pytest.approx(178.2)], [], [], [pytest.approx(after)]]


def test_gauges_come_back_as_they_are():
    gone = play("chat", part(away="4m..6m", source="vllm", pods=1, reset=True))
    name = 'vllm:kv_cache_usage_perc{job="vllm-qwen-coder",namespace="llm",pod="vllm-qwen-coder-0"}'
    (answer,) = look(gone, name, on=ON)
    assert answer[0][1] == 0.42


def test_until_the_end_and_several_times():
    gone = play("chat", part(away=["1m..2m", "4m.."], source="vllm"), background="present")
    up = gone['up{instance="vllm-qwen-coder-0:8000",job="vllm-qwen-coder",namespace="llm",pod="vllm-qwen-coder-0"}']
    # Samples every 14.85 s: 5 to 8 are in the first minute, number 17 is the first from 4m on.
    assert up == "1x4 stale _x3 1x7 stale"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"source": "vlm"}, "has no source `vlm`"),
        ({"model": "gpt"}, "has no model `gpt`"),
        ({"vantage": "cluster"}, "no source of spec chat is meant here"),
        ({"pods": ["x"]}, "nothing plays of pods `x`"),
        ({"away": "4m..4m"}, "nothing is scraped in 4m..4m"),
    ],
)
def test_what_is_not_there_cannot_go(fields, found):
    with pytest.raises(InputError, match=found):
        play("chat", part(**{"away": "4m..6m", **fields}))


def test_a_story_is_for_specs_that_have_what_goes():
    away = part(away="4m..6m", source="vllm", model="local")
    assert provides(SPECS["chat"], away) and not provides(SPECS["sglang"], away)
    check(SPECS["chat"], away, WHERE)
    with pytest.raises(InputError, match="has no source"):
        check(SPECS["sglang"], away, WHERE)


@pytest.mark.parametrize(
    ("values", "stretches", "reset", "expected"),
    [
        ("1x9", [(2, 4)], False, "1x1 stale _ 1x5"),
        ("0+2x9", [(2, 4)], False, "0+2x1 stale _ 8+2x5"),
        ("0+2x9", [(2, 4)], True, "0+2x1 stale _ 0+2x5"),
        ("9-1x9", [(0, 2)], False, "_x2 7-1x7"),
        ("_x3 5x6", [(1, 4)], False, "_x4 5x5"),
        ("0+1x4 0+1x4", [(1, 3)], True, "0 stale _ 0+1x1 0+1x4"),
        ("1 NaN Inf -Inf stale _ 1.5e-3x2", [(1, 2)], False, "1 stale Inf -Inf stale _ 0.0015x2"),
        ("1x2", [(1, 9)], False, "1 stale"),
        ("1x9", [(1, 2), (4, 5)], False, "1 stale 1x1 stale 1x4"),
    ],
)
def test_cutting(values, stretches, reset, expected):
    assert cut(values, stretches, reset=reset) == expected


PIECES = st.one_of(
    st.sampled_from(["_", "_x3", "stale", "NaN", "-Inf", "1e3"]),
    st.builds(lambda a, b, n: f"{a}{b:+d}x{n}", st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 5)),
    st.builds(lambda a, n: f"{a}x{n}", st.floats(0, 9, allow_subnormal=False), st.integers(0, 5)),
)


@given(st.lists(PIECES, min_size=1, max_size=6), st.integers(0, 20), st.integers(1, 9))
def test_only_the_samples_of_the_stretch_are_gone(pieces, first, count):
    text = " ".join([*pieces, "7x30"])
    before, after = _samples(text), _samples(cut(text, [(first, first + count)]))
    after += [None] * (len(before) - len(after))
    assert list(map(str, after[:first])) == list(map(str, before[:first]))
    assert set(after[first + 1 : first + count]) <= {None}
    assert after[first] in (None, "stale")
    assert list(map(str, after[first + count :])) == list(map(str, before[first + count :]))


def _samples(text):
    """Every sample of the notation; None is none."""
    found = []
    for piece in text.split():
        head, _, times = piece.partition("x")
        if head == "_":
            found += [None] * int(times or 1)
        elif head == "stale":
            found.append("stale")
        else:
            sign = max(head.rfind("+"), head.rfind("-"))
            plain = sign <= 0 or head[sign - 1] == "e"
            start, slope = (float(head), 0.0) if plain else (float(head[:sign]), float(head[sign:]))
            found += [start + slope * n for n in range(int(times or 0) + 1)]
    return found
