from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from dashgen.emit.output import Output, check, plan
from dashgen.emit.publish import publish


def many(generation: int) -> Output:
    names = [f"f{number}.txt" for number in range(generation % 7, 40)]
    return Output("chat", "chat.yaml", {name: f"{generation} {name}\n" * 500 for name in names})


LOOP = """
import sys
from pathlib import Path
from dashgen.emit.output import plan
from dashgen.emit.publish import publish
from tests.emit.test_crash import many
out = Path(sys.argv[1])
start = int(sys.argv[2])
print("go", flush=True)
for generation in range(start, start + 10000):
    publish(out, plan(out, [many(generation)]))
"""


def test_kill_at_any_moment_leaves_whole_files(tmp_path: Path):
    out = tmp_path / "out"
    root = Path(__file__).parents[2]
    for attempt in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(out), str(attempt * 1000)], cwd=root, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.013 * (attempt % 7) + 0.003 * attempt)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        final = many(attempt * 1000 + 999)
        generations = set()
        for path in (out / "chat").glob("f*.txt"):
            lines = path.read_text().splitlines()
            assert len(lines) == 500, path
            assert len(set(lines)) == 1, path
            generations.add(lines[0])
        named = {d.path.name for d in check(out, [final])}
        assert {p.name for p in (out / "chat").glob("f*.txt")} <= named
        # Never refused as foreign, whatever the moment of the kill; and the next build repairs all.
        publish(out, plan(out, [final]))
        assert check(out, [final]) == []
        assert not list(out.glob(".dashgen-tmp*"))


def test_rebuilds_killed_at_random_moments():
    """A few of those that ``python -m tests.crash`` kills at night: whole files, an exact --check, a full repair."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.crash", "15", "--stand-in", "--seed", "15"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "15 kills" in done.stdout
