"""The real thing: a Prometheus scrapes, is recorded, and a replay answers what the server answered.

The scene has what breaks replays: a restart (counters begin again), a target that fails, series that vanish and come
back, a Prometheus that stands still for seconds, label values of every kind.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from dashgen.assemble import assemble
from dashgen.errors import MachineError
from dashgen.model import Alert
from dashgen.promql.reads import selections
from dashgen.spec.load import load_specs
from dashgen.testing.clock import Clock
from dashgen.testing.panels import sent
from dashgen.testing.promtool.ask import Play, Question, ask
from dashgen.testing.promtool.find import find
from dashgen.testing.promtool.output import parse_labels
from dashgen.testing.recording.model import STALE
from dashgen.testing.recording.replay import read, series
from dashgen.testing.subject import Subject
from tests.dashboards.hybrid import everything, hybrid
from tests.prometheus_server import Prometheus
from tests.promtool import rule_file
from tests.testing.recording.exporter import Exporter

SECONDS = 34
ASKED = (12, 13, 15, 21, 24, 27, 30, 33)
"""Not while the server stands still, for its rules do, too."""
ODD = ('"\\', "a\nb", "$1 ${x} {{x}}", "日本語\u2028", "a|b.*", " ")
"""Values of one label."""
SECRET = "correct horse battery staple"
HASHED = {
    host: f"hashed-{hmac.new(SECRET.encode(), host.encode(), hashlib.sha256).hexdigest()[:12]}"
    for host in ("node-0", "node-1", "node-9")
}
OF_TIME = re.compile(r"\b(time|timestamp|hour|minute|month|year|day_of_\w+|days_in_month)\s*\(|offset -")
"""A replay is in 1970; and what reads the future gets something else each time it is asked."""


def shown():
    """Those of a hybrid deployment, and templates of every name."""
    found = dict.fromkeys(everything())
    example = next(name for name in found if name.startswith("llm_requests_total{") and "app-0" in name)
    for odd in ODD:
        text = odd.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        found[re.sub(r'prompt_template="[^"]*"', lambda _, text=text: f'prompt_template="{text}"', example)] = None
    return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A server with 34 seconds of history, what it was recorded as, and what the server was asked for it."""
    folder = tmp_path_factory.mktemp("scene")
    spec = hybrid(recording={"private": {"Hostname": "hash"}}, prometheus={"scrape_interval": "1s"})
    (folder / "t.yaml").write_text(
        yaml.safe_dump(spec.model_dump(mode="json", by_alias=True, exclude_unset=True), allow_unicode=False)
    )
    (loaded,) = load_specs([folder / "t.yaml"])
    subject = Subject(loaded.spec, assemble(loaded.spec))
    (folder / "rules.json").write_text(rule_file(subject.bundle.groups))
    server = Prometheus(folder)
    with Exporter(shown()) as exporter:
        (folder / "prometheus.yaml").write_text(json.dumps(exporter.config("1s", str(folder / "rules.json"))))
        with server:
            start = math.ceil(time.time())
            act(exporter, int((folder / "pid").read_text()), start)
            output = folder / "scene.series"
            moments = [datetime.fromtimestamp(start + at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (0, SECONDS)]
            command = [sys.executable, "-m", "dashgen", "record", str(folder / "t.yaml"), "--prometheus", server.url]
            (folder / "key").write_text(SECRET)
            command += [
                "--hash-key-file",
                str(folder / "key"),
                "--warm-up",
                "1m",
                "--from",
                moments[0],
                "--to",
                moments[1],
                "-o",
                str(output),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr
            yield SimpleNamespace(
                server=server,
                address=exporter.address,
                subject=subject,
                start=start,
                answers={},
                output=output,
                said=done.stderr + done.stdout,
            )


def act(exporter, pid, start):
    """What happens; each scrape is a second."""

    def until(second):
        time.sleep(max(start + second - time.time(), 0))

    application, engines, gpus = (exporter.targets[job] for job in ("app", "vllm", "dcgm"))
    until(10)
    engines.up = False
    until(12)
    engines.restart()
    engines.up = True
    until(16)
    os.kill(pid, signal.SIGSTOP)
    until(19)
    os.kill(pid, signal.SIGCONT)
    gone = [name for name in application.series if "requests_total" in name][:2]
    until(21)
    application.hidden.update(gone)
    until(25)
    application.hidden.remove(gone[0])
    gpus.up = False
    until(31)
    gpus.up = True
    until(SECONDS + 0.5)


def questions(subject):
    """What can be asked of both: rules by name, queries by path; raw ones are those that read no record."""
    expressions = {}
    for group in subject.bundle.groups:
        for number, rule in enumerate(group.rules):
            name = rule.name if isinstance(rule, Alert) else rule.record
            expressions[f"{group.name}/{number} {name}"] = rule.expr
    for path, shown in subject.queries.items():
        expressions[path] = sent(subject.spec, shown, timedelta(hours=1), {})
    return {name: expr for name, expr in expressions.items() if not OF_TIME.search(expr)}


def is_raw(subject, expr):
    return not any(read.name in subject.records or read.name == "ALERTS" for read in selections(expr))


def compare(scene, promtool, grid):
    """(question, second, how far the replay is off, whether it is empty) of every answer."""
    recording = later(read(scene.output))
    zero = round(recording.start.timestamp())
    clock = Clock(grid, 1000, (SECONDS + scene.start - zero) * 1000)
    asked = questions(scene.subject)
    plan = [(name, second) for name in asked for second in ASKED]
    wanted = tuple(Question(asked[name], (scene.start + second - zero) * 1000) for name, second in plan)
    answers = ask(promtool, Play(scene.subject.bundle.groups, series(recording, clock), clock, wanted)).samples
    found = []
    for (name, second), answer in zip(plan, answers, strict=True):
        assert not isinstance(answer, str), f"{name}: {answer}"
        replayed = {key(sample.labels): sample.value for sample in answer}
        if (name, second) not in scene.answers:
            scene.answers[name, second] = live(scene, asked[name], second)
        found.append((name, second, off(scene.answers[name, second], replayed), not replayed))
    return found


def later(recording):
    """The same without most of its empty beginning, which would take a second of promtool for each minute."""
    lead = (recording.warm_up - timedelta(seconds=60)) // timedelta(minutes=5) * 300_000
    groups = [replace(group, times=tuple(time - lead for time in group.times)) for group in recording.groups]
    return replace(recording, start=recording.start + timedelta(milliseconds=lead), groups=tuple(groups))


def live(scene, expr, second):
    """What the server answers then; of records also around then, for it does not run its rules when we ask."""
    around = (0,) if is_raw(scene.subject, expr) else (-0.5, -0.25, 0, 0.25, 0.5)
    asked = [scene.server.query(expr, scene.start + second + each) for each in around]
    return [{key(labels): value for labels, value in answer} for answer in asked]


def key(labels):
    """Labels as a recording has them: hosts are private in this scene, wherever a rule copies them to."""
    return tuple(sorted((name, HASHED.get(value, value)) for name, value in labels.items()))


def off(answers, replayed):
    """The largest relative distance to the nearest of the live answers; infinite for series that are not there."""
    always = set.intersection(*map(set, answers))
    if not always <= replayed.keys() <= set.union(*map(set, answers)):
        return math.inf
    distances = (
        distance([answer[name] for answer in answers if name in answer], value) for name, value in replayed.items()
    )
    return max(distances, default=0.0)


def distance(seen, value):
    if any(one == value or (math.isnan(one) and math.isnan(value)) for one in seen) or min(seen) < value < max(seen):
        return 0.0
    return min(abs(one - value) / max(abs(one), abs(value)) for one in seen)


@pytest.fixture(params=["promtool", "promtool3"])
def promtool(request):
    """Both kinds: ranges of the newer one leave their left edge out, where a recording has no samples."""
    try:
        return find(Path(request.param)) if request.param != "promtool" else find()
    except MachineError:
        pytest.skip(f"there is no {request.param}: .ci/fetch-promtool3 gets one")


# Fractions of the scrape interval; rules of the server run up to half a second from when it is asked.
@pytest.mark.parametrize(("grid", "raw", "recorded"), [(200, 0.03, 0.05), (100, 0.02, 0.05)])
def test_a_replay_answers_what_the_server_answered(scene, promtool, grid, raw, recorded):
    found = compare(scene, promtool, grid)
    assert len({name for name, _, _, _ in found}) > 200
    assert sum(not empty for _, _, _, empty in found) > len(found) / 2
    assert sum(distance == 0 for _, _, distance, _ in found) > len(found) / 2
    asked = questions(scene.subject)
    allowed = {name: raw if is_raw(scene.subject, expr) else recorded for name, expr in asked.items()}
    wrong = [(name, second, distance) for name, second, distance, _ in found if distance > allowed[name]]
    assert wrong == []


def test_what_happened_is_in_the_recording(scene):
    recording = read(scene.output)
    warm_up = recording.warm_up.total_seconds()
    scraped = ("app", "vllm", "dcgm")
    found = {name: (group, row) for group in recording.groups for name, row in group.series.items()}
    ends = {
        name: [group.times[n] / 1000 - warm_up for n, cell in enumerate(row) if cell is STALE]
        for name, (group, row) in found.items()
    }
    for name, (group, row) in found.items():
        # Prometheus stood still: no scrape at all.
        scrapes = [
            time / 1000 - warm_up for time, cell in zip(group.times, row, strict=False) if isinstance(cell, float)
        ]
        assert not any(16.5 < scrape < 18.9 for scrape in scrapes), name
        if name.startswith("up{") or "llm_requests" in name:
            continue
        failed = {"vllm": (9.9, 12.1), "dcgm": (24.9, 31.1)}.get(next(job for job in scraped if f'job="{job}"' in name))
        if failed:
            # Stale where the first scrape failed, a second after the last that did not; back, and a counter at 0.
            end = next(at for at in ends[name] if failed[0] < at < failed[1])
            before = max(scrape for scrape in scrapes if scrape < end)
            after = min(scrape for scrape in scrapes if scrape > end)
            assert end - before == pytest.approx(1, abs=0.1), name
            assert after > failed[1] - 1, name
            if name.partition("{")[0].endswith("_total") and "vllm" in name:
                values = dict(zip((time / 1000 - warm_up for time in group.times), row, strict=False))
                assert values[after] < values[before], name
    vanished = [name for name in found if any(20.9 < at < 22.1 for at in ends[name]) and "llm_requests" in name]
    assert len(vanished) == 2
    assert sorted(found[name][1][-1] is STALE for name in vanished) == [False, True]


def test_names_survive_and_people_are_hidden(scene):
    names = scene.output.read_text()
    for odd in ODD:
        assert (
            sum(parse_labels(line)[0].get("prompt_template") == odd for line in names.split("\n") if "{" in line) == 1
        )
    assert not re.search(r"node-\d", names)
    assert set(re.findall(r'Hostname="([^"]*)"', names)) == set(HASHED.values())
    assert "hashed: Hostname (3 values)" in scene.said
    assert "private Hostname hash\n" in names


def test_what_a_minute_of_warm_up_cannot_replay_is_said(scene):
    assert "not replayed exactly, for they look back further than 1m: " in scene.said
    assert "cost/data-since/since" in scene.said
    assert "vllm:e2e_request_latency_seconds_bucket" in scene.said  # found nothing
