"""A thousand specs: seconds and memory of a build from nothing, and of one that has nothing to do.

Seconds are those on two cores nobody else uses: CPU time of the main process, plus half of that of its workers.
The wall clock is printed beside it; on a shared machine it measures the neighbours. Memory is the largest sum of
resident memory over all processes (pages they share are counted once for each), sampled twenty times a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.many import write_specs

SPECS = 1000
CORES = 2
BUILD_SECONDS = 30.0
BUILD_MEGABYTES = 400.0
AGAIN_SECONDS = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds and megabytes."""

    wall: float
    main: float
    workers: float
    memory: float

    @property
    def seconds(self) -> float:
        """What it would take with the cores for itself, disks being instant."""
        return self.main + self.workers / CORES


def measure(command: list[str], cwd: Path, env: dict[str, str]) -> Cost:
    """Run a command, and look at it while it runs."""
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL)
    cpu, memory = (0.0, 0.0), 0.0
    while True:
        # Also of a process that has ended, until it is waited for.
        cpu = _cpu(process.pid)
        memory = max(memory, sum(map(_resident, _tree(process.pid))))
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended:
            cpu = _cpu(process.pid)
            break
        time.sleep(0.05)
    wall = time.monotonic() - begun
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed")
    return Cost(wall, *cpu, memory)


def _cpu(pid: int) -> tuple[float, float]:
    """Seconds of a process, and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, child_user, child_system = (int(field) / _TICKS for field in fields[11:15])
    return user + system, child_user + child_system


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _resident(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def fleet(folder: Path, env: dict[str, str]) -> Iterator[tuple[str, float, float]]:
    """(what, measured, limit), after printing it all."""
    write_specs(folder / "specs", SPECS)
    root = str(Path(__file__).parents[2])
    env = {**env, "PYTHONPATH": root, "XDG_CACHE_HOME": str(folder / "user-cache"), "DASHGEN_CACHE": "on"}
    command = [sys.executable, "-m", "dashgen", "build", "--jobs", str(CORES)]
    costs = {
        f"{SPECS} specs": measure(command, folder, env),
        f"{SPECS} specs again": measure(command, folder, env),
        "and --check": measure([*command, "--check"], folder, env),
    }
    for label, cost in costs.items():
        cpu = f"{cost.main:5.1f} s CPU here, {cost.workers:5.1f} s in {CORES} workers"
        print(f"{label:16} {cost.wall:5.1f} s wall, {cpu}, {cost.memory:4.0f} MB")
    build, again, check = costs.values()
    yield f"build of {SPECS} specs, seconds on {CORES} cores", build.seconds, BUILD_SECONDS
    yield f"build of {SPECS} specs, MB of all processes", build.memory, BUILD_MEGABYTES
    yield f"build of {SPECS} unchanged specs, seconds", again.seconds, AGAIN_SECONDS
    yield f"check of {SPECS} unchanged specs, seconds", check.seconds, AGAIN_SECONDS
