"""A plan -> a shell script that carries it out, with the rules in it or in files beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from dashgen.backfill.plan import Pass, Plan
from dashgen.backfill.shells import Way, way
from dashgen.emit.rules_yaml import rules_text
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

END_OF_FILE = "DASHGEN_RULES"
SERIES, PER_EVALUATION = 3300, 3.8 / (24 * 3600 / 30 * 3)
"""Measured: 3 rules over 3,300 raw series, 24 h at 30 s, took promtool and Prometheus 3.8 s."""


def rule_files(plan: Plan) -> dict[str, str]:
    """``pass-<n>.yaml`` -> the recording rules of that pass."""
    return {_file(number): rules_text(each.groups) for number, each in enumerate(plan.passes, 1)}


def script(plan: Plan, spec: Spec, url: str, *, embedded: bool = True) -> str:
    """The script; ``embedded`` False reads the rule files from its own folder."""
    chosen = way(spec, url)
    parts = [
        "#!/bin/sh\n",
        *(f"# {line}".rstrip() + "\n" for line in _remarks(plan, spec, chosen)),
        "set -eu\n\n",
        chosen.needs,
        f"END={rfc3339(plan.end)}\n",
        'work=$(mktemp -d "${DATA:-${TMPDIR:-/tmp}}/dashgen-backfill.XXXXXX")\n',
        "trap 'rm -rf \"$work\"' EXIT\ntrap 'exit 130' INT TERM\n",
        "" if embedded else 'rules=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)\n',
        f"\nrecord() {{ # rule file, start, new folder\n  {chosen.run}\n}}\n",
        f"\ndeliver() {{ # folder\n{chosen.deliver}\n}}\n",
    ]
    files = rule_files(plan)
    for number, each in enumerate(plan.passes, 1):
        parts.append(_pass(number, each, plan, chosen.hours, files[_file(number)] if embedded else None))
    parts.append(f'\necho "done: history of {spec.name} from {rfc3339(plan.start)} to $END" >&2\n')
    return "".join(parts)


def _file(number: int) -> str:
    return f"pass-{number}.yaml"


def _pass(number: int, each: Pass, plan: Plan, hours: int, text: str | None) -> str:
    reads = "raw series" if number == 1 else f"what pass {number - 1} made"
    name, folder = _file(number), f'"$work/pass-{number}"'
    file = f'"$rules/{name}"' if text is None else f'"$work/{name}"'
    blocks = f", at most {_blocks(each, plan, hours):,} blocks" if hours else ""
    head = (
        f"\n# Pass {number} of {len(plan.passes)}: {each.rules} rules that read {reads}; {each.evaluations:,} "
        f"evaluations,\n# {_minutes(each)} at {SERIES:,} series a rule{blocks}.\n"
    )
    if text is not None:
        head += f"cat >{file} <<'{END_OF_FILE}'\n{text}{END_OF_FILE}\n"
    return f"{head}record {file} {rfc3339(each.start)} {folder}\ndeliver {folder}\n"


def _blocks(each: Pass, plan: Plan, hours: int) -> int:
    return each.rules * ((plan.end - each.start) // timedelta(hours=hours) + 2)


def _minutes(each: Pass) -> str:
    minutes = round(each.evaluations * PER_EVALUATION / 60)
    return f"about {minutes} minutes" if minutes > 1 else "about a minute"


def _remarks(plan: Plan, spec: Spec, chosen: Way) -> Iterator[str]:
    yield f"Recorded history of {spec.name}, made from raw series by dashgen backfill."
    yield f"Panels and alerts are complete from {rfc3339(plan.start)} to {rfc3339(plan.end)};"
    yield f"what they compare with is made further back. The oldest raw sample read is of {rfc3339(plan.raw_from)}:"
    yield "where raw series do not reach back that far there will be no history either."
    if plan.cut:
        kept = duration_text(spec.prometheus.retention)
        yield f"Nothing is made before {rfc3339(plan.earliest)}: the spec says that only {kept} are kept."
    yield ""
    yield "Load the rules first and run this three hours later or more: younger samples are still in the head of the"
    yield "server, where blocks must not overlap. Running it twice does no harm: equal samples are merged."
    yield from chosen.remarks
    yield ""
    yield "What it cannot do: alerts are not replayed (ALERTS has no history); labels, aliases and thresholds are those"
    yield "of today's spec; samples stand on the grid of the rules' interval, shifted by up to one interval."
    yield from _prices(spec)


def _prices(spec: Spec) -> Iterator[str]:
    """Rules with time() in them hold at the time they are evaluated for, so dated prices are right in the past."""
    priced = [model for model in spec.models if model.price_list()]
    today = [model.name for model in priced if model.price_list()[0].from_ is None]
    dated = [model.name for model in priced if any(price.from_ for price in model.price_list())]
    if dated:
        yield f"Prices with `from:` hold from that day on in history too: {_names(dated)}."
    if today:
        yield f"The first price has no `from:`, so all history before is priced with it: {_names(today)}."


def _names(names: list[str]) -> str:
    return ", ".join(json.dumps(name) for name in names)


def rfc3339(moment: datetime) -> str:
    """A UTC time as promtool reads it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
