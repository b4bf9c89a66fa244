from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from dashgen.batch import workers
from dashgen.batch.jobs import FEWEST, default_jobs, work_all
from dashgen.errors import InputError, Location, MachineError, OutputError, Problem

MANY = list(range(3 * FEWEST))
# Functions of a test cannot be sent to a fresh interpreter; pytest-xdist has a thread that needs no lock of ours.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True)
def fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_context", lambda: multiprocessing.get_context("fork"))


def call(work, items=MANY, jobs=3):
    done = []
    return work_all(work, items, jobs=jobs, done=lambda: done.append(1), label=lambda item: f"item {item}"), len(done)


@pytest.mark.parametrize("start", ["fork", "spawn"])
@pytest.mark.parametrize("jobs", [1, 2, 50])
def test_results_come_in_the_order_of_the_items(jobs: int, start: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "_context", lambda: multiprocessing.get_context(start))
    assert call(str, jobs=jobs) == ([str(item) for item in MANY], len(MANY))


def test_few_items_are_worked_on_here():
    found, _ = call(lambda _: os.getpid(), MANY[: FEWEST - 1])
    assert set(found) == {os.getpid()}


def test_many_items_are_shared_out():
    found, _ = call(lambda _: (time.sleep(0.01), os.getpid())[1])
    assert len(set(found)) == 4  # the first item is worked on here


def problems(item: int) -> InputError:
    return InputError([Problem(Location(f"{item}.yaml", item, 1), "found", "expected", "action")])


def fail(item: int) -> int:
    if item % 5 == 3:
        raise problems(item)
    if item == 9:
        raise OutputError(["one", "two"])
    if item == 10:
        raise LookupError("strange")
    if item == 11:

        class LocalError(Exception):
            pass

        raise LocalError("cannot travel")
    return item


def test_errors_are_results_and_are_the_same_from_anywhere():
    here, there = call(fail, jobs=1)[0], call(fail)[0]
    for one, other in zip(here, there, strict=True):
        if not isinstance(one, Exception):
            assert one == other
        elif one is here[11]:
            assert (type(other), str(other)) == (RuntimeError, "LocalError: cannot travel")
        else:
            assert (type(one), str(one)) == (type(other), str(other))
    assert isinstance(there[3], InputError)
    assert there[3].problems == problems(3).problems
    assert isinstance(there[9], OutputError)
    assert there[9].defects == ("one", "two")
    assert "in fail" in there[10].__notes__[0]


def test_what_workers_print_is_shown_in_the_order_of_the_items(capsys: pytest.CaptureFixture[str]):
    call(lambda item: print(f"note {item}", file=sys.stderr))
    assert capsys.readouterr().err.splitlines() == [f"note {item}" for item in MANY]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was killed by signal 9"),
        (lambda: os._exit(7), "ended with exit code 7"),
    ],
)
def test_a_worker_that_dies_is_one_message(end, words: str, tmp_path: Path):
    def die(item: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        if item == 5:
            end()
        return item

    with pytest.raises(MachineError, match=f"the process that compiled item 5 {words}; nothing was written") as caught:
        call(die)
    assert "--jobs 1" in str(caught.value)
    gone(int(path.name) for path in tmp_path.iterdir() if path.name != str(os.getpid()))


def gone(pids) -> None:
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_ctrl_c_leaves_no_process(tmp_path: Path):
    def work(item: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        return item

    def interrupt() -> None:
        if len(list(tmp_path.iterdir())) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_all(work, MANY * 10, jobs=2, done=interrupt, label=str)
    gone(int(path.name) for path in tmp_path.iterdir() if path.name != str(os.getpid()))


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path):
    def work(item: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(0.01)
        return item

    pid = os.fork()
    if not pid:
        work_all(work, MANY * 1000, jobs=3, done=lambda: None, label=str)
        os._exit(0)
    while len(list(tmp_path.iterdir())) < 4:
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    others = [int(path.name) for path in tmp_path.iterdir()]
    end = time.monotonic() + 10
    while any(Path(f"/proc/{other}").exists() and not zombie(other) for other in others):
        assert time.monotonic() < end, "workers outlive their parent"
        time.sleep(0.01)


def zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_there_is_always_a_job():
    assert default_jobs() >= 1
