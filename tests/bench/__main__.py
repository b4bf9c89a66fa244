"""Medians of whole-process CPU time, compared within one run; a thousand specs, the scenarios of one, and lint.

Exits 1 beyond a limit. CPU time, not wall time: it is what a shared CI machine measures the same way twice.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.clock import cpu_seconds
from tests.bench.fleet import fleet
from tests.bench.lint import lint
from tests.bench.tests import tests

ROUNDS = 15
ROOT = Path(__file__).parents[2]
BUILD_LIMIT = 2.5
HELP_LIMIT = 2.0


def environment(cache: Path) -> dict[str, str]:
    """The caller's environment with compiled modules cached, as they are after any install."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(cache), "DASHGEN_CACHE": "off"}


def medians(commands: dict[str, list[str]], cwd: Path, env: dict[str, str]) -> dict[str, float]:
    """Median CPU seconds by name; rounds are interleaved, so that a slow minute slows all of them."""
    for command in commands.values():
        cpu_seconds(command, cwd, env)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(cpu_seconds(command, cwd, env))
    return {name: statistics.median(values) for name, values in times.items()}


def emitted_panels(folder: Path) -> int:
    """Panels in the dashboards dashgen wrote, rows not counted."""
    boards = [json.loads(path.read_text()) for path in folder.glob("chat/*.json") if not path.name.startswith(".")]
    return sum(panel["type"] != "row" for board in boards for panel in board["panels"])


def main() -> int:
    """Measure and compare."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = str(ROOT / "specs" / "chat.yaml")
        build = [python, "-m", "dashgen", "build", spec, "--out", str(folder / "out")]
        env = environment(folder / "cache")
        cpu_seconds(build, ROOT, env)
        panels = emitted_panels(folder / "out")
        # Writing is part of a build, so each measured build starts without output.
        fresh = [python, "-c", f"import shutil, sys; shutil.rmtree({str(folder / 'out')!r}, ignore_errors=True)"]
        commands = {
            "python": [python, "-c", "pass"],
            "remove output": fresh,
            "dashgen build": build,
            "bare grafanalib": [python, str(ROOT / "tests/bench/bare_grafanalib.py"), str(panels), str(folder / "b")],
            "dashgen --help": [python, "-m", "dashgen", "--help"],
            "import typer": [python, "-c", "import typer"],
        }
        cpu = medians(commands, ROOT, env)
        measured = [*fleet(folder, env), *tests(folder, env), *lint(folder, env)]
    for label, seconds in cpu.items():
        print(f"{label:16} {seconds * 1000:7.0f} ms CPU (median of {ROUNDS})")
    limits = {
        f"dashgen build / bare grafanalib ({panels} panels)": (
            cpu["dashgen build"] / cpu["bare grafanalib"],
            BUILD_LIMIT,
        ),
        "dashgen --help / import typer": (cpu["dashgen --help"] / cpu["import typer"], HELP_LIMIT),
    }
    limits |= {label: (value, limit) for label, value, limit in measured}
    failed = 0
    for label, (value, limit) in limits.items():
        verdict = "ok" if value <= limit else "TOO MUCH"
        failed += value > limit
        print(f"{label}: {value:.2f} (limit {limit}) {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
