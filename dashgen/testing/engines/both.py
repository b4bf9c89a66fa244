"""Asks promtool and vmalert-tool about one play, one after the other."""

from __future__ import annotations

from pathlib import Path

from dashgen.testing.promtool.ask import ask as ask_promtool
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.play import Play, PlayError
from dashgen.testing.promtool.pool import Outcome
from dashgen.testing.promtool.process import Processes
from dashgen.testing.vmalert.ask import ask as ask_vmalert
from dashgen.testing.vmalert.find import VmalertTool

FOLDER = "vmalert"
"""Where vmalert-tool's files are in the folder of a case."""


def ask_both(
    promtool: Promtool, tool: VmalertTool, play: Play, keep: Path | None, processes: Processes
) -> tuple[Outcome, Outcome]:
    """What both answered, or why they could not play it.

    Raises:
        MachineError: when one of them cannot be run.
    """
    first: Outcome
    second: Outcome
    try:
        first = ask_promtool(promtool, play, keep, processes=processes)
    except PlayError as error:
        first = error
    try:
        second = ask_vmalert(tool, play, keep / FOLDER if keep else None, processes=processes)
    except PlayError as error:
        second = error
    return first, second
