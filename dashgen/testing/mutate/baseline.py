"""The last run over everything, committed as ``rules/_mutants/baseline.txt``: CI mutates only what is not in it.

A line for each alert, record and query: kind, name, killed and judged mutants, fingerprint. A review of the file shows
where scenarios became better or worse; what is new or changed has another fingerprint. Scenarios are not part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from dashgen.testing.mutate.results import Mutation

FILE = Path("_mutants", "baseline.txt")
"""Where it is, in a ``rules/`` folder."""
HEADER = "# Written by `dashgen test --mutate --baseline`: mutants killed, of all but the equivalent ones. Commit it.\n"


def known(files: Iterable[Path]) -> frozenset[str]:
    """The fingerprints of all files; a file that is not there holds none."""
    found: set[str] = set()
    for path in files:
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found |= {line.split()[-1] for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(found)


def baseline(mutation: Mutation) -> str:
    """The text of the file."""
    killed = Counter(each.target for each in mutation.judged if each.verdict == "killed")
    judged = Counter(each.target for each in mutation.judged if each.verdict in ("killed", "survived"))
    targets = dict.fromkeys(each.target for each in mutation.judged)
    lines = (f"{each.kind} {each.name} {killed[each]}/{judged[each]} {each.fingerprint}\n" for each in targets)
    return HEADER + "".join(sorted(lines))


def is_baseline(text: bytes) -> bool:
    """Whether a file was written from here."""
    return text.startswith(HEADER.encode())
