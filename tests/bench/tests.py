"""What ``dashgen test`` costs beyond the promtool it starts, which runs again by hand on the files that were kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from dashgen.testing.promtool.find import find
from tests.bench.clock import cpu_seconds

ROOT = Path(__file__).parents[2]
LIMIT = 1.3
CASES = r"\[chat\]"


def tests(folder: Path, env: dict[str, str]) -> Iterator[tuple[str, float, float]]:
    """(label, ratio of CPU seconds, limit) over every case of the chat spec."""
    kept = folder / "kept"
    command = [sys.executable, "-m", "dashgen", "test", "--quiet", "--run", CASES, "--keep", str(kept)]
    whole = cpu_seconds(command, ROOT, env)
    promtool = find()

    def again(case: Path) -> float:
        return cpu_seconds([str(promtool.path), "test", "rules", "test.yaml"], case, env, check=False)

    alone = sum(again(case) for case in sorted(kept.iterdir()))
    yield "dashgen test / the promtool runs it starts", whole / alone, LIMIT
