"""Every check there is, by being a file in ``checks/<family>/``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from dashgen.lint.check import Check

_CHECKS = Path(__file__).with_name("checks")


@cache
def checks() -> tuple[Check, ...]:
    """One of each, in the order of their codes."""
    paths = (path for path in _CHECKS.glob("*/*.py") if path.name[0] != "_")
    return tuple(sorted((_check(path) for path in paths), key=lambda check: check.code))


def family(check: Check) -> str:
    """The folder a check is in."""
    return type(check).__module__.rpartition(".")[0].rpartition(".")[2]


def find(wanted: str) -> tuple[Check, ...]:
    """The checks that a code, a name, a family or the beginning of codes (``PQL``) means; none when there are none."""
    exact = known(wanted)
    if exact is not None:
        return (exact,)
    upper, lower = wanted.upper(), wanted.lower()
    in_family = tuple(check for check in checks() if family(check) == lower)
    return in_family or tuple(check for check in checks() if wanted.isalnum() and check.code.startswith(upper))


def families() -> tuple[str, ...]:
    """The folders with checks, in the order of their codes."""
    return tuple(dict.fromkeys(map(family, checks())))


def known(name: str) -> Check | None:
    """The check of exactly this code or name, in any case."""
    return _by_name().get(name.lower())


@cache
def _by_name() -> dict[str, Check]:
    return {key.lower(): check for check in checks() for key in (check.code, check.name)}


def _check(path: Path) -> Check:
    module = import_module(f"dashgen.lint.checks.{path.parent.name}.{path.stem}")
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Check) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise TypeError(f"{path.name} has {len(own)} checks; a file holds one")
    check: Check = own[0]()
    return check
