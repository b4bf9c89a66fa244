"""Several promtools at once: in order, no more than allowed, and gone with all they wrote when somebody stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dashgen.errors import MachineError
from dashgen.model import RecordingRule
from dashgen.testing.promtool.ask import EvaluationError, RefusedError
from dashgen.testing.promtool.document import RULES, TEST
from dashgen.testing.promtool.pool import ask_all, outcomes
from tests.testing.promtool.plays import play

SHOWN = r'  FAILED:\n    expr: "x\\n# dashgen:0", time: 0s,\n        exp: {} 0E+00\n        got: nil\n'
NOTHING = f"printf '{SHOWN}' >&2; exit 1"
# Says who it is, and stays until it is killed where a question says so.
HANGS = f'echo $$ >> "$LOG"; if grep -q hang {TEST}; then touch "$TMPDIR/mess"; exec sleep 60; fi; {NOTHING}'


def values(n):
    return play(("m", 0), series={"m": str(n)})


def test_answers_come_in_the_order_of_the_plays(promtool):
    plays = [values(n) for n in range(12)]
    # The first takes longest.
    plays[0] = play(("m", 5000), series={"m": "0x25000"}, minutes=5000)
    assert [answers.samples[0][0].value for answers in ask_all(promtool, plays, 3)] == list(range(12))


def test_a_play_is_built_only_when_a_promtool_is_free(pretender):
    built = []

    def plays():
        for n in range(9):
            built.append(n)
            yield values(n)

    asked = ask_all(pretender(NOTHING), plays(), 2)
    assert not built
    next(asked)
    assert len(built) < 9
    assert len([None for _ in asked]) == 8
    assert len(built) == 9


def test_no_more_run_at_once_than_allowed(pretender, tmp_path, monkeypatch):
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    counted = pretender(f'echo + >> "$LOG"; sleep 0.05; echo - >> "$LOG"; {NOTHING}')
    assert len(list(ask_all(counted, (values(n) for n in range(12)), 3))) == 12
    running = most = 0
    for line in (tmp_path / "log").read_text().split():
        running += 1 if line == "+" else -1
        most = max(most, running)
    assert most == 3


def test_a_play_that_cannot_be_played_does_not_keep_the_others(promtool):
    broken = RecordingRule("r:x", 'label_replace(m, "x", "", "", "")')
    twice = {'m{x="1"}': "1", 'm{x="2"}': "1"}
    failed = play(("m", 0), rules=(broken,), series=twice)
    plays = [values(0), failed, values(2), play(("m", 0), series={"m": "1xx"})]
    found = list(outcomes(promtool, plays, 2))
    assert [found[n].samples[0][0].value for n in (0, 2)] == [0, 2]
    assert isinstance(found[1], EvaluationError)
    assert isinstance(found[3], RefusedError)
    with pytest.raises(EvaluationError):
        list(ask_all(promtool, plays, 2))


def test_each_play_is_kept_in_its_own_folder(promtool, tmp_path):
    found = ask_all(promtool, (values(n) for n in range(3)), 2, keep=lambda n: tmp_path / str(n) if n else None)
    assert len(list(found)) == 3
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob(RULES)) == [f"1/{RULES}", f"2/{RULES}"]


def test_a_promtool_that_crashes_ends_everything(pretender, temporary):
    with pytest.raises(MachineError, match="crashed"):
        list(ask_all(pretender("exit 2"), (values(n) for n in range(50)), 2))
    assert not list(temporary.iterdir())


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def started(log, number):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if log.exists() and len(pids := log.read_text().split()) >= number:
            return [int(pid) for pid in pids]
        time.sleep(0.01)
    raise AssertionError("they did not start")


def gone(pids):
    """Whether none of the processes runs; a zombie has ended."""
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            return False
    return True


def hanging(after=1):
    return (play(("m" if n < after else "hang", 0)) for n in range(9))


def test_closing_ends_every_promtool_and_removes_its_files(pretender, temporary, log):
    asked = ask_all(pretender(HANGS), hanging(), 2)
    next(asked)
    asked.close()
    assert gone(started(log, 1))
    assert not list(temporary.iterdir())


def test_so_does_a_play_that_cannot_be_built(pretender, temporary, log):
    def plays():
        yield from [play(("m", 0)), play(("hang", 0))]
        started(log, 2)
        raise KeyError("no such signal")

    with pytest.raises(KeyError, match="no such signal"):
        list(ask_all(pretender(HANGS), plays(), 3))
    assert gone(started(log, 2))
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("whom", ["everybody", "only dashgen"])
def test_control_c_leaves_nothing_behind(pretender, temporary, log, whom):
    program = f"""
        import sys
        from dashgen.testing.promtool.find import Promtool
        from dashgen.testing.promtool.pool import ask_all
        from pathlib import Path
        from tests.testing.promtool.test_pool import hanging
        try:
            print(len(list(ask_all(Promtool(Path({str(pretender(HANGS).path)!r}), "9.9.9"), hanging(0), 2))))
        except KeyboardInterrupt:
            sys.exit(130)
    """
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[3], start_new_session=True) as process:
        pids = started(log, 2)
        if whom == "everybody":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert gone(pids)
    assert not list(temporary.iterdir())
