"""Specs, their output and other files -> what is looked at together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.emit.manifest import MANIFEST, read_manifest
from dashgen.errors import InputError
from dashgen.lint.assuming import of_options
from dashgen.lint.project import File, Project

if TYPE_CHECKING:
    from dashgen.cli.lint_files import Found
    from dashgen.spec.load import LoadedSpec

TEXTS = (".json", ".yaml", ".yml")


def of_specs(paths: Sequence[Path], out: Path, assume: Sequence[str], *, extensions: bool) -> Iterator[Project]:
    """Every spec, compiled in memory: its texts under the names a build gives them.

    Raises:
        InputError: for a spec that cannot be built.
        OutputError: when what was generated would not work.
    """
    from dashgen.batch.one import build_one
    from dashgen.spec.load import load_specs

    for loaded in load_specs(paths):
        output = build_one(loaded, extensions=extensions).output
        files = [
            File((out / output.name / name).as_posix(), output.files[name])
            for name in sorted(output.files)
            if name.endswith(TEXTS)
        ]
        yield _project(loaded, files, assume, whole=True)


def of_files(found: Found, compiled: Sequence[str], assume: Sequence[str]) -> Iterator[Project]:
    """Output with the assumptions of its spec, when that is found, and all other files together.

    Output of specs that are looked at themselves, ``compiled``, is left out: `build --check` compares the two.
    """
    rest = list(found.others)
    for folder, files in found.outputs.items():
        loaded = _spec_of(folder)
        if loaded is None:
            rest += files
        elif loaded.spec.name not in compiled or any(file.named for file in files):
            yield _project(loaded, files, assume, whole=_is_all(folder, files))
    if rest:
        yield Project(of_options(assume), rest)


def _is_all(folder: Path, files: Sequence[File]) -> bool:
    """Whether these are all files of an output folder."""
    manifest = read_manifest(folder)
    listed = {(folder / name).resolve() for name in manifest.files if name.endswith(TEXTS)} if manifest else set()
    return listed <= {Path(file.name).resolve() for file in files}


def _project(loaded: LoadedSpec, files: Sequence[File], assume: Sequence[str], *, whole: bool) -> Project:
    from dashgen.cli.lint_files import shown
    from dashgen.lint.assuming import of_spec
    from dashgen.lint.suppress.of_spec import of_spec as suppressions

    spec = loaded.spec
    known = of_options(assume, of_spec(spec))
    text = loaded.path.read_text("utf-8-sig") if spec.lint.ignore else ""
    return Project(known, files, spec.name, partial(suppressions, spec, shown(loaded.path), text, whole=whole))


def _spec_of(folder: Path) -> LoadedSpec | None:
    """The spec an output folder was made from; None when it is not where specs are."""
    from dashgen.spec.load import load_specs

    try:
        manifest = read_manifest(folder)
    except InputError:
        return None
    name = manifest.spec if manifest else ""
    if not name or Path(name).name != name:
        return None
    above = folder.resolve().parents[1] if len(folder.resolve().parents) > 1 else folder
    for path in (above / "specs" / name, above / name, Path("specs", name), Path(name)):
        if path.is_file():
            loaded = load_specs([path])[0]
            if loaded.spec.name == folder.resolve().name:
                return loaded
    return None


__all__ = ["MANIFEST", "of_files", "of_specs"]
