"""What mutation runs found, committed as ``rules/_mutants/baseline.txt``: CI mutates only what is not in it.

A line for each alert, record and query: kind, name, killed and judged mutants (or ``-`` where none was judged yet), and
a fingerprint. A review of the file shows where scenarios became better or worse; what is new or changed has another
fingerprint. Scenarios are not part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from dashgen.testing.mutate.results import Mutation
from dashgen.testing.mutate.targets import Target

FILE = Path("_mutants", "baseline.txt")
"""Where it is, in a ``rules/`` folder."""
NOT_JUDGED = "-"
HEADER = "# Written by `dashgen test --mutate --baseline`: mutants killed, of all but the equivalent ones. Commit it.\n"


def known(files: Iterable[Path]) -> Mapping[str, str]:
    """Killed and judged mutants by fingerprint, of all files; a file that is not there holds none."""
    found: dict[str, str] = {}
    for path in files:
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            parts = [line.split() for line in lines if line.strip() and not line.startswith("#")]
            found |= {each[-1]: each[-2] for each in parts if len(each) > 1}
    return found


def baseline(mutation: Mutation, targets: Iterable[Target], before: Mapping[str, str]) -> str:
    """The text of the file: what was judged now, else what it said before of the same target."""
    killed = Counter(each.target.fingerprint for each in mutation.judged if each.verdict == "killed")
    counted = ("killed", "survived")
    judged = Counter(each.target.fingerprint for each in mutation.judged if each.verdict in counted)
    lines = set()
    for each in targets:
        name = each.fingerprint
        said = f"{killed[name]}/{judged[name]}" if name in judged else before.get(name, NOT_JUDGED)
        lines.add(f"{each.kind} {each.name} {said} {name}\n")
    return HEADER + "".join(sorted(lines))


def is_baseline(text: bytes) -> bool:
    """Whether a file was written from here."""
    return text.startswith(HEADER.encode())
