"""Spec files in, everything to write out: compiled, but for what the output folder is known to hold already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.batch.cache import Cache
from dashgen.batch.compiled import Compiled
from dashgen.batch.inputs import Hasher, Inputs, UnknownInputError, generator_changed, running_generator
from dashgen.emit.output import is_current
from dashgen.errors import InputError

if TYPE_CHECKING:
    from dashgen.spec.load import LoadedSpec

Watch = Callable[[int], AbstractContextManager[Callable[[], object]]]
"""Told how many specs will be compiled; what it gives is called after each."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Every spec in the order of the files, and how many of them were compiled for it."""

    specs: tuple[Compiled, ...]
    compiled: int


def compile_all(
    files: Sequence[Path], out: Path, *, jobs: int, cache: Cache | None, extensions: bool, watch: Watch
) -> Batch:
    """Everything the spec files compile to; writes nothing but cache entries.

    Raises:
        InputError: with every problem of every file, in the order of the files.
        OutputError: when what was generated for one would not work.
        MachineError: when a file may not be read, or a worker process dies.
    """
    known = _inputs(files) if cache else {}
    current = _current(known, out, cache) if cache else {}
    loaded = _load(files, current)
    with watch(len(loaded)) as done:
        compiled = dict(zip((each.path for each in loaded), _compile(loaded, jobs, extensions, done), strict=True))
    if cache:
        _remember(cache, known, {each.path: compiled[each.path] for each in loaded if each.spec.extend is None})
    everything = current | compiled
    return Batch(tuple(everything[path] for path in files), len(compiled))


def _inputs(files: Sequence[Path]) -> dict[Path, Inputs]:
    known: dict[Path, Inputs] = {}
    try:
        hasher = Hasher(running_generator())
        for path in files:
            known[path] = hasher.inputs(path)
    except (OSError, UnknownInputError, ValueError):
        return {}
    return known


def _current(known: Mapping[Path, Inputs], out: Path, cache: Cache) -> dict[Path, Compiled]:
    """The specs whose output is on disk already, byte for byte."""
    found = ((path, cache.get(inputs.key)) for path, inputs in known.items())
    return {
        path: replace(entry, output=replace(entry.output, current=True))
        for path, entry in found
        if entry is not None and is_current(out, entry.output)
    }


def _load(files: Sequence[Path], current: dict[Path, Compiled]) -> tuple[LoadedSpec, ...]:
    """The specs to compile; ``current`` loses those that turn out to need it."""
    if len(current) == len(files) == len({each.output.name for each in current.values()}):
        return ()  # without importing what reads a spec
    from dashgen.spec.load import load_specs

    try:
        loaded = load_specs([path for path in files if path not in current])
    except InputError:
        # What is wrong may be between a spec that changed and one that did not.
        load_specs(files)
        raise
    names = [each.spec.name for each in loaded] + [each.output.name for each in current.values()]
    if len(set(names)) == len(names):
        return loaded
    current.clear()
    return load_specs(files)


def _compile(loaded: Sequence[LoadedSpec], jobs: int, extensions: bool, done: Callable[[], object]) -> list[Compiled]:
    if not loaded:
        return []
    from dashgen.batch.jobs import work_all

    results = work_all(
        partial(_compile_one, extensions=extensions),
        loaded,
        jobs=jobs,
        done=done,
        label=lambda each: each.path,
    )
    if problems := [each for result in results if isinstance(result, InputError) for each in result.problems]:
        raise InputError(problems)
    compiled: list[Compiled] = []
    for result in results:
        if isinstance(result, Exception):
            raise result
        compiled.append(result)
    return compiled


def _compile_one(loaded: LoadedSpec, *, extensions: bool) -> Compiled:
    from dashgen.batch.compiled import Summary
    from dashgen.batch.one import build_one
    from dashgen.emit.packed import Packed

    built = build_one(loaded, extensions=extensions)
    return Compiled(Packed.of(built.output), Summary.of(built.bundle))


def _remember(cache: Cache, known: Mapping[Path, Inputs], compiled: Mapping[Path, Compiled]) -> None:
    """Only what was certainly compiled from these inputs: whatever changed meanwhile is not remembered."""
    try:
        if not compiled or generator_changed():
            return
        hasher = Hasher(running_generator())
        for path, each in compiled.items():
            if path in known and hasher.inputs(path) == known[path]:
                cache.put(known[path].key, each)
        cache.prune()
    except (OSError, UnknownInputError, ValueError):
        return
