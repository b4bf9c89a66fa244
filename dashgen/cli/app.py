"""The ``dashgen`` command: registers the commands, turns errors into messages and exit codes.

Exit codes: 0 clean, 1 findings, drift or a failed test, 2 usage or spec error, 3 missing tool or crash.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from dashgen import __version__
from dashgen.errors import DashgenError

# In the order of the help text; the module of a command holds a function of the same name.
COMMANDS = (
    "init",
    "build",
    "lint",
    "rules",
    "explain",
    "test",
    "diff",
    "backfill",
    "record",
    "schema",
    "catalogue",
    "promtool",
)

app = typer.Typer(
    name="dashgen",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dashgen {__version__}")
        raise typer.Exit


@app.callback()
def _dashgen(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Dashboards and alerts as code for LLM serving on Kubernetes."""


def _register(arguments: Sequence[str]) -> None:
    """Add the command that is asked for, or every one when help or a mistake is.

    Building the others from their signatures would take a tenth of a short run.
    """
    asked = [name for name in COMMANDS if arguments[:1] == [name]]
    known = {command.name for command in app.registered_commands}
    for name in asked or COMMANDS:
        if name not in known:
            app.command(name)(getattr(import_module(f"dashgen.cli.{name}"), name))


def main() -> NoReturn:
    """Run the command line; never returns."""
    # pydantic would look through every installed package for plugins, and run those it finds.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _register(sys.argv[1:])
    try:
        app(prog_name="dashgen")
    except DashgenError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        # Files are guarded where they are read and written: what is left is our own output.
        _fail(f"cannot write the result: {error.strerror or error}", 3)
    except Exception as error:
        if os.environ.get("DASHGEN_DEBUG") == "1":
            _show_traceback(error)
        detail = " ".join(f"{type(error).__name__}: {error}".split())
        _fail(f"internal error: {detail}; please report it (DASHGEN_DEBUG=1 shows where)", 3)
    sys.exit(0)


def run() -> NoReturn:
    """``main`` as a process of its own: ends at once, without taking hundreds of modules apart first."""
    code: int | str | None = 0
    if hasattr(signal, "SIGPIPE"):
        # `dashgen build | head -1` ends like every other tool; what is written is written atomically.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        # A closed pipe cannot be flushed; that is the reader's choice, not a failure.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


def _show_traceback(error: BaseException) -> NoReturn:
    """Show where a crash happened, with the exit code of a crash."""
    import traceback

    traceback.print_exception(error)
    sys.exit(3)


def _fail(message: str, code: int) -> NoReturn:
    # A file name may hold bytes that stderr cannot show.
    encoding = sys.stderr.encoding or "utf-8"
    print(message.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    sys.exit(code)
