"""``python -m tests.fuzz [inputs] [--seed N] [--jobs N] [--only N] [--save FOLDER]``: damaged files through lint.

Inputs are JSON, YAML and PromQL, made from our own output, shipped rules and the cases of the checks. None may raise,
take more than 2 s of CPU, or make memory grow; one that does is saved with how to look at it again. Exits 1 then.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.inputs import Input, make
from tests.fuzz.look import SECONDS, look
from tests.fuzz.seeds import Seeds, seeds

MEGABYTES = 300
"""How far memory may grow over a run, and for any one input."""
_COLLECT = 100
"""Inputs between two collections; the command makes none at all, as it ends with its files."""
_EDITS = 3
"""Every n-th input is edited too."""
_SHOWN = 3
"""Failures of one kind that are saved."""


@dataclass
class Totals:
    """What became of the inputs; ``slowest`` are (seconds, number)."""

    inputs: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    with_expressions: int = 0
    edited: int = 0
    slowest: list[tuple[float, int]] = field(default_factory=list)
    pause: float = 0.0
    """Seconds of the longest collection of garbage."""
    grown: float = 0.0
    peak: float = 0.0
    """MB more than at the start: at the end, and at the most."""

    def add(self, other: Totals) -> None:
        """Those of another process."""
        self.inputs += other.inputs
        self.failures += other.failures
        self.codes += other.codes
        self.with_expressions += other.with_expressions
        self.edited += other.edited
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:5]
        self.pause = max(self.pause, other.pause)
        self.grown = max(self.grown, other.grown)
        self.peak = max(self.peak, other.peak)


def main() -> int:
    """Look at all inputs; 1 when one fails, or memory grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("inputs", type=int, nargs="?", default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--only", type=int, help="the input of this number, written to the folder, and nothing else")
    parser.add_argument("--save", type=Path, default=Path(tempfile.gettempdir(), "dashgen-fuzz"), metavar="FOLDER")
    options = parser.parse_args()
    options.save.mkdir(parents=True, exist_ok=True)
    found = seeds()
    if options.only is not None:
        given = make(found, options.seed, options.only)
        print(_saved(given, options.save, options.seed, options.only, ""))
        print(look(given, edits=True))
        return 0
    began = time.monotonic()
    numbers = [range(start, options.inputs, options.jobs) for start in range(options.jobs)]
    if options.jobs == 1:
        totals = _run(found, options.seed, numbers[0], options.save)
    else:
        context = multiprocessing.get_context("fork")
        with context.Pool(options.jobs) as pool:
            totals = Totals()
            for part in pool.starmap(_run, [(found, options.seed, each, options.save) for each in numbers]):
                totals.add(part)
    _print(totals, time.monotonic() - began)
    return 1 if totals.failures or totals.peak > MEGABYTES else 0


def _run(found: Seeds, seed: int, numbers: range, save: Path) -> Totals:
    totals = Totals()
    # What checks and catalogue keep for good is not what an input costs.
    for number in range(-200, 0):
        _look(make(found, seed, number), number, seed, save, totals)
    totals = Totals(failures=totals.failures)
    gc.collect()
    gc.freeze()
    gc.disable()
    start, top = _resident(), _most()
    for number in numbers:
        given = make(found, seed, number)
        _look(given, number, seed, save, totals)
        if number // numbers.step % _COLLECT == 0:
            began = time.perf_counter()
            gc.collect()
            totals.pause = max(totals.pause, time.perf_counter() - began)
        if _most() - top > MEGABYTES / 4:
            print(f"input {number}: {_most() - top:.0f} MB more at the most than before")
            _saved(given, save, seed, number, "")
        top = max(top, _most())
        totals.peak = max(totals.peak, _most() - start)
    gc.collect()
    totals.grown = _resident() - start
    return totals


def _look(given: Input, number: int, seed: int, save: Path, totals: Totals) -> None:
    totals.inputs += 1
    try:
        seen = look(given, edits=number % _EDITS == 0)
    except Exception as error:
        what = _kind(error)
        totals.failures[what] += 1
        if totals.failures[what] <= _SHOWN:
            print(f"{what}\n  {_saved(given, save, seed, number, traceback.format_exc())}", flush=True)
        if totals.failures[what] == 1:
            print(_last_frames(error), flush=True)
        return
    totals.codes.update(seen.codes)
    totals.with_expressions += bool(seen.expressions)
    totals.edited += bool(seen.edited)
    totals.slowest = sorted([*totals.slowest, (seen.seconds, number)], reverse=True)[:5]


def _kind(error: Exception) -> str:
    """Failures of one cause, under one name."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/dashgen/" in frame.filename]
    at = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno} {at.name}: {str(error)[:100]!r}"


def _last_frames(error: Exception) -> str:
    return "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)[-8:])).rstrip()


def _saved(given: Input, save: Path, seed: int, number: int, trace: str) -> str:
    """Keep the input; how to look at it again."""
    path = save / f"{seed}-{number}-{given.name.rpartition('/')[2]}"
    path.write_bytes(given.content)
    assume = "".join(f" --assume {each}" for each in given.assume)
    command = f"dashgen lint '{path}'{assume}"
    (save / f"{seed}-{number}.txt").write_text(f"{given.name}\n{command}\n{trace}", "utf-8", "backslashreplace")
    return f"{command}    (or: python -m tests.fuzz --seed {seed} --only {number})"


def _resident() -> float:
    """MB of memory in use."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def _most() -> float:
    """MB of memory that were ever in use."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _print(totals: Totals, seconds: float) -> None:
    failures = totals.failures.total()
    checks = len(totals.codes)
    print(
        f"{totals.inputs} inputs in {seconds / 60:.1f} min ({1000 * seconds / max(totals.inputs, 1):.1f} ms each); "
        f"{totals.with_expressions} have expressions, {totals.edited} were edited; findings of {checks} checks"
    )
    print(f"slowest: {', '.join(f'{taken:.2f} s (input {number})' for taken, number in totals.slowest)}")
    print(
        f"memory: {totals.grown:+.0f} MB at the end, {totals.peak:+.0f} MB at the most (limit {MEGABYTES}); "
        f"longest collection of garbage {totals.pause:.2f} s"
    )
    for what, number in totals.failures.most_common():
        print(f"{number} times {what}")
    print(f"{failures} failures" if failures else f"no exception, nothing above {SECONDS:g} s of CPU")


if __name__ == "__main__":
    raise SystemExit(main())
