"""Two repositories that build into one folder, and the ``dashgen`` command in a process that can be killed."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import yaml

from dashgen.batch.run import Batch, compile_all
from dashgen.cli import app
from dashgen.emit.manifest import MANIFEST
from tests.bench.many import document

Tree = dict[str, bytes]
"""Path below ``out`` -> content."""

SPECS = 12


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, or minus the signal; everything it printed."""

    code: int
    output: str


@dataclass
class World:
    """``a`` and ``b`` hold the specs of two states of one repository; both build into ``out``.

    ``stand_in`` takes what the specs compile to as known, so that a rebuild is nearly all writing.
    """

    folder: Path
    stand_in: bool

    def __post_init__(self) -> None:
        """Write the specs."""
        os.environ |= {"XDG_CACHE_HOME": str(self.folder / "cache"), "DASHGEN_CACHE": "on"}
        for name in "ab":
            (self.folder / name / "specs").mkdir(parents=True)
            for spec in _specs(name):
                text = yaml.safe_dump(spec, sort_keys=False)
                (self.folder / name / "specs" / f"{spec['name']}.yaml").write_text(text)

    @cached_property
    def first(self) -> str:
        """The output that a rebuild writes first, either way."""
        return min(self.changing)

    @cached_property
    def changing(self) -> set[str]:
        """Outputs that are in both states, and different."""
        a, b = ({spec["name"]: spec for spec in _specs(state)} for state in "ab")
        return {name for name in a.keys() & b.keys() if a[name] != b[name]}

    @cached_property
    def batches(self) -> dict[str, Batch]:
        """What each state compiles to."""
        return {name: _compiled(self.folder / name / "specs") for name in "ab"}

    @cached_property
    def truth(self) -> dict[str, Tree]:
        """The whole output of each state, byte for byte."""
        found: dict[str, Tree] = {}
        for name in "ab":
            out = self.folder / f"truth-{name}"
            assert self.run(name, "build", "-q", "--out", str(out)).code == 0
            found[name] = dict(_read(out))
            shutil.rmtree(out)
        return found

    @property
    def out(self) -> Path:
        """The folder both states build into."""
        return self.folder / "out"

    def tree(self) -> Tree:
        """What is in ``out`` now."""
        return dict(_read(self.out))

    def build(self, state: str, *flags: str) -> Done:
        """``dashgen build`` of one state, to its end."""
        return self.run(state, "build", "--out", str(self.out), *flags)

    def run(self, state: str, *arguments: str) -> Done:
        """The command in a process of its own, to its end."""
        return self.wait(self.start(state, *arguments))

    def start(self, state: str, *arguments: str) -> int:
        """The command in a forked process; its id."""
        if self.stand_in:
            _ = self.batches  # in this process, once
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            self._become(state, arguments)
        return pid

    def _become(self, state: str, arguments: Sequence[str]) -> NoReturn:
        os.chdir(self.folder / state)
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = ["dashgen", *arguments]
        with ExitStack() as stack:
            if self.stand_in:
                stack.enter_context(patch("dashgen.batch.run.compile_all", lambda *_, **__: self.batches[state]))
            app.run()

    def wait(self, pid: int) -> Done:
        """Wait for the process to end."""
        _, status = os.waitpid(pid, 0)
        return Done(os.waitstatus_to_exitcode(status), (self.folder / "log").read_text())

    def wait_for(self, pid: int, phase: str) -> bool:
        """Until the process stages its files, or has put the first in place (``commit``); False if it ends before."""
        stage = self.out / f".dashgen-tmp-{self.first}-{pid}"
        while _alive(pid):
            try:
                if any((stage / "old").iterdir()) or phase == "stage":
                    return True
            except FileNotFoundError:
                time.sleep(0)
        return False

    def wait_for_last(self, pid: int, target: str) -> None:
        """Until the process has put the last file of the last changing output in place."""
        last = f"{max(self.changing)}/{MANIFEST}"
        while _alive(pid) and (self.out / last).read_bytes() != self.truth[target][last]:
            time.sleep(0)


def _alive(pid: int) -> bool:
    """Whether a child runs; one that has ended, and was not waited for, is a zombie."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def _compiled(specs: Path) -> Batch:
    """What the specs compile to, with nothing known about any output folder."""
    files = sorted(specs.iterdir())
    quiet = nullcontext(lambda: None)
    return compile_all(files, specs, jobs=1, cache=None, extensions=True, watch=lambda _: quiet)


def _read(out: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(out.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(out)), path.read_bytes()


def _specs(state: str) -> Iterator[dict[str, Any]]:
    """The same services twice: most with another title, some with other files, one only in each state."""
    for number in range(SPECS):
        spec = document(number)
        if number % 3 != 2:
            spec["title"] = f"State {state}"
        if number % 4 == 1 and state == "b":
            spec["targets"] = ["grafana-json"]
        if number == {"a": 5, "b": 6}[state]:
            continue
        yield spec
