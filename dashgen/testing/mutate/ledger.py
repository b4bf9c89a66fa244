"""What was proven before and is committed: ``rules/_mutants/proven.txt``, so that CI mutates only what changed.

A line for each alert, record and query none of whose mutants survived: its kind, name and fingerprint. Scenarios are
not part of it: that they still kill everything is for a run over all mutants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dashgen.testing.mutate.results import Mutation
from dashgen.testing.mutate.targets import Target

FILE = Path("_mutants", "proven.txt")
"""Where it is, in a ``rules/`` folder."""
HEADER = "# Written by `dashgen test --mutate --prove`: what no mutant of survived unnoticed. Commit it.\n"


def proven(files: Iterable[Path]) -> frozenset[str]:
    """The fingerprints of all files; a file that is not there holds none."""
    found: set[str] = set()
    for path in files:
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found |= {line.split()[-1] for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(found)


def ledger(mutation: Mutation) -> str:
    """The text of the file after a run over everything."""
    survived = {each.target.fingerprint for each in mutation.judged if each.verdict == "survived"}
    lines = {f"{target.kind} {target.name} {target.fingerprint}\n" for target in _targets(mutation, survived)}
    return HEADER + "".join(sorted(lines))


def is_ledger(text: bytes) -> bool:
    """Whether a file was written from here."""
    return text.startswith(HEADER.encode())


def _targets(mutation: Mutation, without: set[str]) -> Iterator[Target]:
    return (each.target for each in mutation.judged if each.target.fingerprint not in without)
