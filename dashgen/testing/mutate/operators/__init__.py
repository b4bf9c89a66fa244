"""The ways to be wrong: each module here is one operator, found by being here.

An operator is a module with ``changes(subject)``; it yields changes of one kind in any order and leaves out those whose
form alone says that nobody could tell the difference. The module's name is the operator's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dashgen.testing.mutate.subject import Change, Subject

Operator = Callable[[Subject], Iterator[Change]]


def _found() -> dict[str, Operator]:
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").changes for name in names}


OPERATORS = _found()


def version() -> str:
    """A hash of every operator and of what they share: verdicts on other mutants than today's are of no use."""
    digest = hashlib.sha256()
    for path in sorted([*Path(__file__).parent.glob("*.py"), *Path(__file__).parents[1].glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
