"""``python -m tests.crash [kills] [--stand-in] [--seed N]``: kill rebuilds, look at what is left, repair it.

After every kill: each file is whole and of one of the two states, nothing is there that dashgen did not put there,
``--check`` names exactly what differs from the state that was being built, and the next build repairs everything.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import statistics
import tempfile
import time
from pathlib import Path

from dashgen.emit.manifest import MANIFEST
from tests.crash.world import Tree, World

_NAMED = re.compile(r"^(?:--- |missing: |extra: )(?P<path>\S+)$", re.MULTILINE)


def main() -> int:
    """Kill and look; 1 when the kills did not land where they should."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--stand-in", action="store_true", help="compile once, not in each rebuild")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    landed = {"before the first rename": 0, "between two renames": 0, "after the last": 0}
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name), stand_in=options.stand_in)
        state = "a"
        assert world.build(state).code == 0
        assert world.tree() == world.truth[state]
        lengths = _lengths(world)
        for number in range(options.kills):
            target = "b" if state == "a" else "a"
            phase = dice.choice(("stage", "commit", "commit"))
            _kill(world, target, phase, dice.uniform(0, 1.3 * lengths[phase]))
            landed[_look(world, state, target)] += 1
            # Often on to where it was going, sometimes back.
            state = target if dice.random() < 0.7 else state
            repaired = world.build(state)
            assert repaired.code == 0, repaired.output
            assert "edited by hand" not in repaired.output, repaired.output
            assert world.tree() == world.truth[state], f"kill {number}: not repaired"
    print(f"{options.kills} kills: " + ", ".join(f"{count} {where}" for where, count in landed.items()))
    return 0 if options.kills < 100 or landed["between two renames"] >= options.kills // 10 else 1


def _lengths(world: World) -> dict[str, float]:
    """Median seconds of staging and of putting in place; the world is as it was afterwards."""
    lengths: dict[str, list[float]] = {"stage": [], "commit": []}
    for target in "bababa":
        pid = world.start(target, "build", "--out", str(world.out))
        times = [time.monotonic() for phase in ("stage", "commit") if world.wait_for(pid, phase)]
        world.wait_for_last(pid, target)
        times.append(time.monotonic())
        assert (world.wait(pid).code, len(times)) == (0, 3)
        for phase, begin, end in zip(lengths, times, times[1:], strict=False):
            lengths[phase].append(end - begin)
    return {phase: statistics.median(values) for phase, values in lengths.items()}


def _kill(world: World, target: str, phase: str, delay: float) -> None:
    pid = world.start(target, "build", "--out", str(world.out))
    if world.wait_for(pid, phase):
        end = time.monotonic() + delay
        while time.monotonic() < end:
            pass  # sleeping is too coarse for what takes milliseconds
    os.kill(pid, signal.SIGKILL)
    world.wait(pid)


def _look(world: World, state: str, target: str) -> str:
    """Check what a kill left, and say where it landed."""
    left = {name: content for name, content in world.tree().items() if not name.startswith(".dashgen-tmp-")}
    old, new = world.truth[state], world.truth[target]
    for name, content in left.items():
        assert name in old or name in new, f"foreign file {name}"
        if content not in (old.get(name), new.get(name)):
            assert Path(name).name == MANIFEST, f"{name} is neither old nor new"
            _is_journal(name, content, old, new)
    assert not old.keys() & new.keys() - left.keys(), "a file of both states is gone"
    _check_names(world, target, left)
    if left == old:
        return "before the first rename"
    return "after the last" if left == new else "between two renames"


def _is_journal(name: str, content: bytes, old: Tree, new: Tree) -> None:
    """While files come and go the manifest lists those of both states."""
    listed = json.loads(content)["files"].keys()
    both = json.loads(old[name])["files"].keys() | json.loads(new[name])["files"].keys()
    assert listed == both, f"{name} lists {listed}"


def _check_names(world: World, target: str, left: Tree) -> None:
    new = world.truth[target]
    differs = {name for name in left.keys() | new.keys() if left.get(name) != new.get(name)}
    done = world.build(target, "--check")
    named = {os.path.relpath(match["path"], world.out) for match in _NAMED.finditer(done.output)}
    assert done.code == (1 if differs else 0), done.output
    assert named == differs, f"--check names {sorted(named ^ differs)} wrongly"


if __name__ == "__main__":
    raise SystemExit(main())
