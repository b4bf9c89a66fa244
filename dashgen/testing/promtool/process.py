"""Running promtool, or a tool like it: how long it took, what it printed, and why it could not; all can be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import MachineError

PATIENCE = 300.0
"""Seconds after which a tool is stopped."""
_GO = {"GOGC": "400", "GOMEMLIMIT": "300MiB", "GOMAXPROCS": "1"}
"""One process per core, and 300 MiB before its memory is tidied often: a quarter less time than by default."""


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class Done:
    """A tool that ran to its end."""

    code: int
    stdout: str
    stderr: str
    seconds: float


class Processes:
    """Those that run. Threads may start them; ``kill`` ends all of them, and no more are started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, path: Path, arguments: Sequence[str], folder: Path, scratch: Path, patience: float) -> Done:
        """Run a tool in ``folder``; what it writes meanwhile goes to ``scratch``.

        Raises:
            MachineError: when it cannot start, takes longer than ``patience`` seconds or is killed.
            StoppedError: after ``kill``.
        """
        began = time.monotonic()
        process = self._start([str(path), *arguments], folder, scratch)
        try:
            printed = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise MachineError(
                f"{path} did not end within {patience:g} s and was stopped\n"
                "  do this:  shorten the scenario, evaluate less often (every), or give it longer"
            ) from None
        finally:
            self._end(process)
        seconds = time.monotonic() - began
        if self._stopped:
            raise StoppedError
        if process.returncode < 0:
            raise _killed(path, -process.returncode)
        stdout, stderr = (text.decode("utf-8", "replace") for text in printed)
        return Done(process.returncode, stdout, stderr, seconds)

    def kill(self) -> None:
        """End all of them; whoever waits for one gets StoppedError."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()

    def _start(self, command: list[str], folder: Path, scratch: Path) -> subprocess.Popen[bytes]:
        environment = {**_GO, **os.environ, "TMPDIR": str(scratch)}
        with self._lock:
            if self._stopped:
                raise StoppedError
            try:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            except OSError as error:
                raise MachineError(f"{command[0]} cannot be run: {error.strerror or error}") from error
            self._running.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
        with self._lock:
            self._running.discard(process)


def _killed(path: Path, number: int) -> BaseException:
    if number == signal.SIGINT:
        # Ctrl-C reaches the whole group; who is told first does not matter.
        return KeyboardInterrupt()
    name = str(number)
    with contextlib.suppress(ValueError):
        name = signal.Signals(number).name
    why = "; memory probably ran out" if number == getattr(signal, "SIGKILL", 9) else ""
    return MachineError(
        f"{path} was killed by {name}{why}\n"
        "  do this:  free some memory, run fewer at once (--jobs 1), or shorten the scenario"
    )
