"""Whether a piece of the model holds what its fields declare: frozen dataclasses do not look."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def mistyped(value: Any, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    """(place and what is there, what belongs there) of every part of ``value`` that is not what ``kind`` says."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if not any(not list(mistyped(value, each, where)) for each in arguments):
            yield _found(value, where), _named(kind)
    elif origin is Literal:
        if not any(type(value) is type(each) and value == each for each in arguments):
            yield _found(value, where), f"one of {', '.join(map(repr, arguments))}"
    elif origin is tuple:
        yield from _tuple(value, arguments, where)
    elif origin in (dict, Mapping):
        yield from _mapping(value, arguments, where)
    elif is_dataclass(kind):
        if type(value) is not kind:
            yield _found(value, where), _named(kind)
            return
        hints = _hints(type(value))
        for each in fields(kind):
            yield from mistyped(getattr(value, each.name), hints[each.name], f"{where}.{each.name}")
    elif not _plain(value, kind):
        yield _found(value, where), _named(kind)


def _plain(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if kind is None or kind is type(None):
        return value is None
    if kind in (int, float):
        numbers = (int, float) if kind is float else (int,)
        return isinstance(value, numbers) and not isinstance(value, bool)
    return isinstance(value, kind)


def _tuple(value: Any, arguments: tuple[Any, ...], where: str) -> Iterator[tuple[str, str]]:
    endless = len(arguments) == 2 and arguments[1] is Ellipsis
    if not isinstance(value, tuple) or (not endless and len(value) != len(arguments)):
        yield _found(value, where), "a tuple" if endless else f"a tuple of {len(arguments)}"
        return
    kinds = arguments[:1] * len(value) if endless else arguments
    for index, (item, kind) in enumerate(zip(value, kinds, strict=True)):
        yield from mistyped(item, kind, f"{where}[{index}]")


def _mapping(value: Any, arguments: tuple[Any, ...], where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield _found(value, where), "a dict"
        return
    for key, item in value.items():
        yield from mistyped(key, arguments[0], f"a key of {where}")
        yield from mistyped(item, arguments[1], f"{where}[{key!r}]")


def _found(value: Any, where: str) -> str:
    shown = repr(value)
    return f"{where} is {shown if len(shown) <= 60 else type(value).__name__}"


def _named(kind: Any) -> str:
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join(_named(each) for each in get_args(kind))
    return "None" if kind in (None, type(None)) else getattr(kind, "__name__", str(kind))
