from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from dashgen.cli import app
from dashgen.errors import InputError, Location, MachineError, Problem
from tests.bench.many import write_specs
from tests.emit.samples import bundle, spec

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def specs() -> list[str]:
    """Names of the specs there are; the loader and the builder are stood in for."""
    return ["chat"]


@pytest.fixture
def run(specs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    load, assemble = ModuleType("dashgen.spec.load"), ModuleType("dashgen.assemble")
    load.load_specs = lambda paths: [SimpleNamespace(path=path, spec=spec(path.stem)) for path in paths]
    monkeypatch.setattr("dashgen.spec.files.find_specs", lambda _: [Path(f"specs/{name}.yaml") for name in specs])
    assemble.assemble = lambda each: bundle(each.name)
    monkeypatch.setitem(sys.modules, "dashgen.spec.load", load)
    monkeypatch.setitem(sys.modules, "dashgen.assemble", assemble)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DASHGEN_DEBUG", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


SUMMARY = """\
out/chat: N written, N unchanged, N removed
  N dashboards, N panels, N page, N ticket, N recording rule

Panels without a source
panel                      signal       why               how to get it
chat: service-health/gone  queue_depth  no engine source  add `kind: vllm`
chat: cost/gone            queue_depth  no engine source  add `kind: vllm`

Pages this spec cannot have
page                    signal      why            how to get it
chat: LLMGPUMemoryHigh  gpu_memory  no gpu source  add a dcgm-exporter source
"""


def test_summary(run: Run):
    code, out, err = run("build")
    assert code == 0
    assert re.sub(r"\b\d+\b", "N", out) == SUMMARY
    assert err == "1 spec(s) compiled\n"


def test_quiet(run: Run):
    assert run("build", "--quiet") == (0, "", "")


def test_check_after_build(run: Run, tmp_path: Path):
    run("build")
    assert run("build", "--check") == (0, "out is up to date\n", "1 spec(s) compiled\n")
    board = tmp_path / "out/chat/cost.json"
    board.write_text(board.read_text().replace('"schemaVersion": 41', '"schemaVersion": 12'))
    code, out, err = run("build", "--check")
    assert code == 1
    assert '-  "schemaVersion": 12,\n+  "schemaVersion": 41,\n' in out
    assert "1 stale file(s)" in err
    assert '"schemaVersion": 12' in board.read_text()
    code, out, _ = run("build")
    assert "replaced, although edited by hand: out/chat/cost.json" in out


def test_vanished_spec(run: Run, specs: list[str], tmp_path: Path):
    specs.append("code")
    run("build")
    specs.remove("code")
    run("build", "specs/chat.yaml")
    assert (tmp_path / "out/code").exists()
    assert run("build", "--check")[0] == 1
    code, out, _ = run("build")
    assert (code, (tmp_path / "out/code").exists()) == (0, False)
    assert "the spec of this output is gone" in out


def test_foreign_file(run: Run, tmp_path: Path):
    (tmp_path / "out/chat").mkdir(parents=True)
    (tmp_path / "out/chat/cost.json").write_text("mine")
    code, out, err = run("build")
    assert (code, out) == (2, "")
    assert "out/chat/cost.json" in err
    assert "--force" in err
    assert list((tmp_path / "out/chat").iterdir()) == [tmp_path / "out/chat/cost.json"]
    assert run("build", "--force")[0] == 0


def test_nothing_is_written_when_one_spec_fails(run: Run, specs: list[str], tmp_path: Path):
    specs.append("broken")
    sys.modules["dashgen.assemble"].assemble = lambda each: bundle(each.name) if each.name == "chat" else 1 / 0
    code, out, err = run("build")
    assert (code, out) == (3, "")
    assert "internal error: ZeroDivisionError" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError([Problem(Location("a.yaml", 1, 2), "x", "y")]), 2, "a.yaml:1:2: x"),
        (MachineError("no disk"), 3, "no disk"),
        (KeyboardInterrupt(), 130, ""),
        (RuntimeError("a\nb"), 3, "internal error: RuntimeError: a b; please report it"),
    ],
)
def test_errors(run: Run, error: BaseException, code: int, words: str):
    def fail(_: object) -> None:
        raise error

    sys.modules["dashgen.assemble"].assemble = fail
    found, out, err = run("build", "-q")
    assert (found, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DASHGEN_DEBUG", "1")
    sys.modules["dashgen.assemble"].assemble = lambda _: 1 / 0
    code, _, err = run("build")
    assert code == 3
    assert "Traceback" in err


@pytest.mark.parametrize("arguments", [["--nope"], ["nope"], ["build", "--color", "pink"], ["build", "--out"]])
def test_usage_errors(run: Run, arguments: list[str]):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err


def test_version(run: Run):
    assert run("--version")[:2] == (0, "dashgen 0.1.0\n")


@pytest.mark.parametrize(("color", "escapes"), [("always", True), ("never", False), ("auto", False)])
def test_color(run: Run, color: str, escapes: bool):
    assert ("\x1b[" in run("build", "--color", color)[1]) is escapes


def test_long_out_is_never_shortened(run: Run, tmp_path: Path):
    long = "x" * 200
    assert f"{long}/chat: " in run("build", "--out", long)[1]


def test_control_characters_are_shown_not_sent(run: Run):
    from dataclasses import replace

    from dashgen.model import Missing, MissingAlert

    bad = (MissingAlert("A", Missing("s", "\x1b[31mred", "a\nb")),)
    sys.modules["dashgen.assemble"].assemble = lambda each: replace(bundle(each.name), missing_alerts=bad)
    out = run("build")[1]
    assert "\x1b" not in out
    assert "\\x1b[31mred  a b\n" in out


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom dashgen.cli import app\n"
        "print([m for m in ('rich', 'pydantic', 'yaml', 'grafanalib', 'promql_parser', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_reader_that_hangs_up_is_no_crash(tmp_path: Path):
    done = subprocess.run(
        f"{sys.executable} -m dashgen --help | true", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "internal error" not in done.stderr


def test_another_spec_file_takes_over(run: Run, monkeypatch: pytest.MonkeyPatch):
    run("build")
    monkeypatch.setattr("dashgen.spec.files.find_specs", lambda _: [Path("moved.yaml")])
    sys.modules["dashgen.spec.load"].load_specs = lambda paths: [SimpleNamespace(path=paths[0], spec=spec("chat"))]
    out = run("build")[1]
    assert "  built from chat.yaml until now, from moved.yaml this time\n" in out
    assert "until now" not in run("build")[1]


def test_many_specs_are_reported_together(run: Run, specs: list[str]):
    specs.extend(f"s{number}" for number in range(25))
    first = run("build", "--jobs", "1")[1]
    assert "out/s24: " in first
    assert "26 specs: cost/gone" in first
    specs.append("new")
    out = run("build", "--jobs", "1")[1]
    assert out.splitlines()[0].startswith("out/new: ")
    assert "out: 26 of 27 specs unchanged\n" in out
    assert "out/s24" not in out


def test_ctrl_c_says_what_was_written(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dashgen.emit.publish.publish", interrupt)
    assert run("build", "-q") == (130, "", "interrupted: every file in out is whole, old or new; build again\n")
    sys.modules["dashgen.assemble"].assemble = interrupt
    assert run("build", "-q") == (130, "", "interrupted: nothing was written\n")
    assert not (tmp_path / "out").exists()


def terminal(command: list[str], folder: Path, **env: str) -> str:
    """What a command shows when its stderr is a terminal."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **env}
    process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how the end of a terminal is told
        while piece := os.read(ours, 1 << 16):
            shown += piece
    os.close(ours)
    process.wait()
    return shown.decode()


@pytest.mark.parametrize(
    ("number", "env", "flags", "bar"),
    [
        (25, {"CI": ""}, [], True),
        (25, {"CI": "true"}, [], False),
        (25, {"CI": ""}, ["-q"], False),
        (2, {"CI": ""}, [], False),
    ],
)
def test_a_bar_for_those_who_watch_many_specs(
    number: int, env: dict[str, str], flags: list[str], bar: bool, tmp_path: Path
):
    write_specs(tmp_path / "specs", number)
    shown = terminal([sys.executable, "-m", "dashgen", "build", "--check", *flags], tmp_path, **env)
    assert ("compiling" in shown) is bar
    assert f"{4 * number + number} stale file(s)" in shown
