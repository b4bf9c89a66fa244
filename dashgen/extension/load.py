"""``./panels.py:fn`` -> the function: a file executed as a module of its own, that leaves no trace.

``sys.path`` stays as it is, nothing is written beside the file, and the module's name is unique to its path.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from dashgen.extension.fault import ExtensionError, Fault

SHAPE = "file.py:function, the file relative to the spec, such as ./panels.py:extra"


def split(value: str) -> tuple[str, str]:
    """(file, function) of an ``extend`` value.

    Raises:
        ExtensionError: when it is not written like that.
    """
    file, colon, name = value.rpartition(":")
    if not colon or not file.strip() or not name.isidentifier():
        raise ExtensionError(Fault(f"`extend` is {value!r}", SHAPE, "write for example `extend: ./panels.py:extra`"))
    return file, name


@contextmanager
def loaded_function(file: Path, name: str) -> Iterator[Callable[..., Any]]:
    """The function ``name`` of the Python file; its module is known to Python only inside the ``with``.

    Whatever the extension prints goes to stderr: stdout belongs to results.

    Raises:
        ExtensionError: for a file that is missing, that Python cannot read, or that has no such function.
    """
    code = _compiled(file)
    digest = hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:16]
    module = ModuleType(f"_dashgen_extension_{digest}")
    module.__file__ = str(file)
    # dataclasses and typing look the module up by its name.
    sys.modules[module.__name__] = module
    try:
        with redirect_stdout(sys.stderr):
            with blamed(file, f"{file.name} cannot be loaded"):
                exec(code, module.__dict__)
            yield _function(module, file, name)
    finally:
        sys.modules.pop(module.__name__, None)


def _compiled(file: Path) -> Any:
    try:
        source = file.read_bytes()
    except FileNotFoundError:
        raise ExtensionError(
            Fault(f"`extend` names {file}, which does not exist", SHAPE, "correct the path, or create the file")
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ExtensionError(
            Fault(f"`extend` names {file}, which cannot be read: {reason}", SHAPE, "check the path")
        ) from error
    try:
        # dont_inherit: the `from __future__` of this file is none of theirs.
        return compile(source, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{file}:{line}" if line else str(file)
        message = getattr(error, "msg", None) or str(error)
        text = (getattr(error, "text", None) or "").strip()
        shown = f": `{text}`" if text else ""
        raise ExtensionError(
            Fault(f"{where}: {message}{shown}", "a file of Python code", f"correct {where}")
        ) from error


def _function(module: ModuleType, file: Path, name: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    own = sorted(
        key
        for key, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and not key.startswith("_")
    )
    there = f"it has {', '.join(own)}" if own else "it has no function"
    what = f"{name} is no function in {file}" if found is not None else f"{file} has no function {name}"
    raise ExtensionError(
        Fault(what, f"a function that takes the bundle and the spec; {there}", f"define `def {name}(bundle, spec):`")
    )


@contextmanager
def blamed(file: Path, what: str) -> Iterator[None]:
    """Turns whatever the extension raises into one fault that shows the line of its file.

    Raises:
        ExtensionError: for everything but Ctrl-C.
    """
    try:
        yield
    except (KeyboardInterrupt, ExtensionError):
        raise
    except BaseException as error:
        line, code = _own_line(error, file)
        text = " ".join(str(error).split())
        kind = type(error).__name__
        where = f"{file}:{line}" if line else str(file)
        found = f"{what}: {kind}{f': {text}' if text else ''}"
        expected = "a function that takes the bundle and the spec and returns the bundle with more in it"
        action = f"correct {where}{f': `{code}`' if code else ''}"
        raise ExtensionError(Fault(found, expected, action)) from error


def _own_line(error: BaseException, file: Path) -> tuple[int, str]:
    """The innermost line of the extension's file the error passed through, and its code; (0, '') when none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    if not line:
        return 0, ""
    lines = file.read_text("utf-8", "replace").splitlines()
    return line, lines[line - 1].strip() if line <= len(lines) else ""
