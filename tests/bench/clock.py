"""CPU time of whole processes: what a shared machine measures the same way twice."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path


def cpu_seconds(command: list[str], cwd: Path, env: dict[str, str], *, check: bool = True) -> float:
    """User and system time of one run of the command and of what it starts; ``check`` that it succeeds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, env=env, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
