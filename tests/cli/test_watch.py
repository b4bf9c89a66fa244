"""``dashgen build --watch`` as a user runs it: edits files, reads what it says, ends it with Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from dashgen.cli.watch import _EXTEND
from tests.bench.many import document
from tests.promtool import binary

ROOT = Path(__file__).parents[2]
Wait = Callable[[str], str]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    for number in (0, 1):
        (tmp_path / f"specs/{number}.yaml").write_text(yaml.safe_dump(document(number)))
    return tmp_path


@pytest.fixture
def watching(repo: Path) -> Iterator[tuple[subprocess.Popen[bytes], Wait]]:
    """The command, watching; and how to wait for the end of its next build, which gives what was said until then."""
    log = repo / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashgen", "build", "--watch"],
            cwd=repo,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=file,
            stderr=file,
        )
    seen = 0

    def wait(words: str) -> str:
        nonlocal seen
        end = time.monotonic() + 60
        while True:
            said = log.read_text()[seen:]
            if words in said and said.endswith("Ctrl-C ends\n"):
                seen += len(said)
                return said
            assert process.poll() is None, said
            assert time.monotonic() < end, f"nobody said {words!r}, only {said!r}"
            time.sleep(0.05)

    try:
        yield process, wait
    finally:
        process.kill()
        process.wait()


def test_watch(repo: Path, watching: tuple[subprocess.Popen[bytes], Wait]):
    process, wait = watching
    spec = repo / "specs/0.yaml"
    first, second = (document(number)["name"] for number in (0, 1))
    good = spec.read_bytes()

    assert "2 spec(s) compiled" in wait("watching 2 file(s)")

    spec.write_bytes(good + b"title: A title of it\n")
    said = wait(f"out/{first}: 4 written")
    assert "A title of it" in (repo / f"out/{first}/cost.json").read_text()
    assert f"out/{second}" not in said, "what did not change is not told again"

    # An editor that is interrupted half-way, and goes on later.
    spec.write_bytes(good[:50])
    wait("specs/0.yaml:")
    spec.write_bytes(good)
    wait(f"out/{first}: 4 written")

    (repo / "more.py").write_text("def more(bundle, spec):\n    raise ValueError('not yet')\n")
    spec.write_bytes(good + b"extend: ../more.py:more\n")
    wait("ValueError: not yet")
    (repo / "more.py").write_text("def more(bundle, spec):\n    return bundle\n")
    assert "internal error" not in wait("compiled")

    (repo / "rules/LLMErrorRateHigh").mkdir(parents=True)
    (repo / "rules/LLMErrorRateHigh/runbook.md.j2").write_text("ours")
    wait("watching 4 file(s)")

    spec.unlink()
    wait("the spec of this output is gone")
    assert not (repo / f"out/{first}").exists()

    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert "Traceback" not in (repo / "log").read_text()


def test_watch_has_no_verdict():
    done = subprocess.run(
        [sys.executable, "-m", "dashgen", "build", "--watch", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--check" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "extend: ./panels.py:extra",
        "extend: './panels.py:extra'  # x",
        'a: 1\n"extend" : "./panels.py:extra"\n',
        "{name: x, extend: ./panels.py:extra}",
    ],
)
def test_extensions_are_found_in_any_spelling(text: str):
    assert [match[1] for match in _EXTEND.finditer(text.encode())] == [b"./panels.py"]


def test_tests_run_again_when_a_scenario_changes(repo: Path) -> None:
    scenario = repo / "case.yaml"
    text = "name: quiet\nlength: 1m\nspecs: ['{}']\nbackground: none\nalerts: {{}}\n"
    scenario.write_text(text.format("*-000*"))
    log = repo / "log"
    command = [sys.executable, "-m", "dashgen", "test", "--watch", "-q", "-s", "case.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASHGEN_PROMTOOL": str(binary())}
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=repo, env=environment, stdout=file, stderr=file)

    def wait(words: str) -> None:
        end = time.monotonic() + 60
        while words not in log.read_text():
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.05)

    try:
        wait("all hold")
        scenario.write_text(text.format("nobody"))
        wait("unknown spec")
    finally:
        process.kill()
        process.wait()
