"""What ``vmalert-tool unittest`` prints when it gets what was not expected -> answers.

Answers look like promtool's; what is around them does not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashgen.errors import MachineError
from dashgen.testing.promtool.output import Output, RuleFailure, read_firing, read_samples
from dashgen.testing.promtool.play import Sample
from dashgen.testing.results import moment

_BLOCK = re.compile(r'\s? {4}(?=groupname: , alertname: |expr: "(?:[^"\\]|\\.)*\\n# dashgen:\d+", time: )')
_GROUP = re.compile(
    r'\[?\s*failed to exec group: "[^"]*", time: (\S+ \S+) \+0000 UTC, err: rule "(.*?)": failed to execute: (.*)',
    re.DOTALL,
)
# Around what it says there is how it asked itself.
_ITSELF = re.compile(r'^.*?Response body error when executing query=".*" for \(time=\d+, step=\d+\): ', re.DOTALL)
_BEGINS = datetime(2000, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
"""When its tests begin: from 1.148 on, and before."""
_ALERTS = ("ALERTS", "ALERTS_FOR_STATE")


def read(text: str) -> Output:
    """Everything vmalert-tool printed to stdout.

    Raises:
        MachineError: when it is not what vmalert-tool is known to print.
    """
    _, failed, rest = text.partition("FAILED\nfailed to run unit test for file ")
    _, listed, rest = rest.partition(": \n[")
    if not failed or not listed or not rest.endswith("]"):
        raise _unreadable(text)
    head, *blocks = _BLOCK.split(rest.removesuffix("]"))
    if head.strip() and (not blocks or "failed to exec group" in head):
        return _unplayed(head.strip())
    output = Output()
    for block in blocks:
        try:
            _add(output, block)
        except MachineError as error:
            raise _unreadable(block) from error
    return output


def _add(output: Output, block: str) -> None:
    """One answer."""
    if block.startswith("expr"):
        number, samples = read_samples(block.rstrip())
        output.samples[number] = _itself(samples) if isinstance(samples, str) else tuple(map(_sample, samples))
    else:
        number, firing = read_firing(block)
        output.firing[number] = firing


def _unplayed(said: str) -> Output:
    group = _GROUP.match(said)
    if not group:
        return Output(refused=said)
    at = datetime.fromisoformat(group[1]).replace(tzinfo=UTC)
    since = at - next(begin for begin in _BEGINS if begin <= at)
    return Output(
        failures=[RuleFailure(group[2], moment(since // timedelta(milliseconds=1)), _itself(group[3].strip()))]
    )


def _sample(sample: Sample) -> Sample:
    """Without the label that vmalert gives every alert: the name of its group."""
    if sample.labels.get("__name__") not in _ALERTS:
        return sample
    return replace(sample, labels={name: text for name, text in sample.labels.items() if name != "alertgroup"})


def _itself(said: str) -> str:
    return _ITSELF.sub("", said).strip()


def _unreadable(text: str) -> MachineError:
    shown = " ".join(text.split())
    return MachineError(
        f"vmalert-tool printed what dashgen cannot read: {shown[:300] or 'nothing'}{'…' if len(shown) > 300 else ''}\n"
        "  do this:  try another version of it, or report a bug in dashgen"
    )
