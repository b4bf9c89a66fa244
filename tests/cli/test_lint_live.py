"""``dashgen lint --prometheus`` as a user runs it: what a server adds, and servers that are none."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashgen.cli import app
from tests.lint.live.api import Api, data
from tests.testing.recording.fake import TOKEN, Fake, error, sleeping

Run = Callable[..., tuple[int, str, str]]
RULES = """\
groups:
  - name: queue
    rules:
      - record: model:waiting:sum
        expr: sum by (model_name) (vllm:num_requests_waiting)
      - alert: Queued
        expr: sum by (model_name) (vllm:num_request_waiting{job="vllm"}) > 5
        labels: {severity: page}
      - alert: Down
        expr: up{job="vllms"} == 0
        labels: {severity: page}
"""
SAID: dict[str, Any] = {
    "up": [{"job": "vllm"}],
    "vllm:num_requests_waiting": {"type": "gauge", "series": [{"job": "vllm", "model_name": "llama"}]},
}
NAMES = "/api/v1/label/__name__/values"
ONLY = ("--select", "LIV,SUP", "--format", "concise")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs dashgen in a folder with a rule file."""
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if "proxy" in each.lower()]:
        monkeypatch.delenv(name)
    Path("rules.yaml").write_text(RULES)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", "lint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def test_what_the_server_adds(run: Run) -> None:
    with Fake(Api(SAID)) as server:
        code, out, err = run("rules.yaml", "--prometheus", server.url, *ONLY)
    assert code == 1
    lines = out.splitlines()
    assert [line.partition(":")[2].split(":")[0] for line in lines[:-1]] == ["7", "10"]
    assert "error LIV001 live-no-series: alert Queued: `vllm:num_request_waiting`, of which" in lines[0]
    assert "error LIV003 live-no-value: alert Down: `vllms`, which `job` is in no series of `up`" in lines[1]
    assert err == f"{server.url}: not there yet, so not looked at: 1 recorded name of these files: model:waiting:sum\n"


def test_the_other_checks_look_all_the_same(run: Run) -> None:
    with Fake(Api(SAID)) as server:
        _, with_server, _ = run("rules.yaml", "--prometheus", server.url, "--format", "json")
    _, without, _ = run("rules.yaml", "--format", "json")
    found = [{each["code"] for each in json.loads(out)["findings"]} for out in (with_server, without)]
    assert "CAT001" in found[1] and found[0] - found[1] == {"LIV001", "LIV003"} and found[1] < found[0]


def test_files_are_looked_at_together_and_nothing_is_asked_twice(run: Run) -> None:
    Path("more.yaml").write_text(RULES)
    with Fake(Api(SAID)) as server:
        run(".", "--prometheus", server.url, "--select", "LIV")
        asked = [(path, parameters.get("match[]")) for path, parameters, _ in server.asked]
    assert len(asked) == len(set(asked)) < 10


def test_without_a_server_nobody_is_asked_and_its_checks_do_not_count(run: Run) -> None:
    comment = "# dashgen: ignore live-no-series -- the exporter comes with the next release\n"
    Path("rules.yaml").write_text(RULES.replace("      - alert: Queued", f"      {comment}      - alert: Queued"))
    code, out, err = run("rules.yaml", "--select", "rate-on-gauge,LIV,SUP", "--format", "concise")
    assert (code, err) == (0, "") and "LIV" not in out and "SUP" not in out
    _, out, _ = run("rules.yaml", "--format", "sarif")
    assert not [each for each in json.loads(out)["runs"][0]["tool"]["driver"]["rules"] if each["id"][:3] == "LIV"]
    with Fake(Api(SAID)) as server:
        _, out, _ = run("rules.yaml", "--prometheus", server.url, *ONLY)
    assert "LIV001" not in out and "SUP" not in out and "1 suppressed" in out
    code, out, err = run("rules.yaml", "--select", "LIV")
    assert (code, out) == (2, "") and "--prometheus" in err


def test_a_useless_suppression_is_one_when_the_server_was_asked(run: Run) -> None:
    comment = "# dashgen: ignore live-no-series -- the exporter comes with the next release\n"
    Path("rules.yaml").write_text(RULES.replace("      - alert: Down", f"      {comment}      - alert: Down"))
    with Fake(Api(SAID)) as server:
        _, out, _ = run("rules.yaml", "--prometheus", server.url, *ONLY)
    assert "SUP001" in out


def test_notes_are_not_for_the_quiet(run: Run) -> None:
    with Fake(Api(SAID, {"/api/v1/metadata": (404, {}, "no")})) as server:
        _, _, err = run("rules.yaml", "--prometheus", server.url, "--select", "LIV")
        assert "does not tell the types of metrics" in err
        assert run("rules.yaml", "--prometheus", server.url, "--select", "LIV", "--quiet")[2] == ""


def test_credentials_are_sent_and_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("token").write_text(TOKEN)
    Path("headers").write_text("X-Scope-OrgID: team-a\n")
    with Fake(Api(SAID)) as server:
        options = ("--bearer-token-file", "token", "--header-file", "headers")
        _, out, err = run("rules.yaml", "--prometheus", server.url, *options, "--select", "LIV")
        for _, _, headers in server.asked:
            sent = {name.lower(): value for name, value in headers.items()}
            assert sent["authorization"] == f"Bearer {TOKEN}" and sent["x-scope-orgid"] == "team-a"
    assert TOKEN not in out + err and len(server.asked) > 3
    refusal = (401, {}, json.dumps({"status": "error", "error": f"bad token {TOKEN}"}))
    monkeypatch.setenv("DASHGEN_PROMETHEUS_TOKEN", TOKEN)
    with Fake(Api(SAID, {NAMES: refusal})) as server:
        code, out, err = run("rules.yaml", "--prometheus", server.url)
    assert (code, out) == (2, "") and "bad token …" in err and TOKEN not in err


@pytest.mark.parametrize(
    ("instead", "code", "words"),
    [
        ({NAMES: (401, {}, "no")}, 2, ("HTTP 401", "--bearer-token-file")),
        ({NAMES: (404, {}, "no")}, 2, ("path prefix",)),
        ({NAMES: (200, {"Content-Type": "text/html"}, "<html>Sign in")}, 2, ("login page",)),
        ({NAMES: (302, {"Location": "https://sso.example.com/"}, "")}, 2, ("is not followed",)),
        ({NAMES: data([])}, 2, ("no series at all in the last day", "--header-file")),
        ({NAMES: error(422, "execution", "limit exceeded")}, 3, ("look at fewer files at once",)),
        ({"/api/v1/labels": (500, {}, "boom")}, 3, ("HTTP 500",)),
        ({"/api/v1/labels": (403, {}, "no")}, 2, ("HTTP 403",)),
        ({"/api/v1/label/job/values": data([1])}, 2, ("not in the format of the API",)),
    ],
)
def test_an_answer_that_is_none_ends_the_run_before_anything_is_printed(
    run: Run, instead: dict[str, Any], code: int, words: tuple[str, ...]
) -> None:
    with Fake(Api(SAID, instead)) as server:
        ended, out, err = run("rules.yaml", "--prometheus", server.url, "--output", "-", "--timeout", "5s")
    assert (ended, out) == (code, "")
    assert err.startswith(f"{server.url}: ") and err.count("  expected: ") == err.count("  do this:  ") == 1
    assert "record" not in err
    for word in words:
        assert word in err


def test_nobody_there_and_no_answer_in_time(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, out, err = run("rules.yaml", "--prometheus", url)
    assert (code, out) == (3, "") and "connection refused" in err
    with Fake(sleeping(2), probe=False) as server:
        code, out, err = run("rules.yaml", "--prometheus", server.url, "--timeout", "200ms")
    assert (code, out) == (3, "")
    assert "no answer in 0.2 seconds" in err and "raise --timeout, or look at fewer files at once" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prometheus", "prometheus:9090"), "is no address"),
        (("--prometheus", "http://me:pw@localhost:1"), "--basic-auth-file"),
        (("--bearer-token-file", "token"), "the address of a server"),
        (("--prometheus", "http://localhost:1", "--bearer-token-file", "none"), "none: no such file"),
        (("--prometheus", "http://localhost:1", "--timeout", "long"), "--timeout"),
    ],
)
def test_options_that_cannot_be_used(run: Run, options: tuple[str, ...], words: str) -> None:
    code, out, err = run("rules.yaml", *options)
    assert (code, out) == (2, "") and words in err
