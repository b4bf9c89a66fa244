"""Whether people are told what a scenario expects, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from dashgen.errors import Location
from dashgen.testing.notifications.send import Sent
from dashgen.testing.results import Failure, Legend, moment
from dashgen.testing.scenario.model import Notification

NOBODY = "nobody is told anything"


def judge(wanted: Sequence[Notification], sent: Sequence[Sent], where: Location) -> Iterator[Failure]:
    """The failure if what is ``sent`` is not what is ``wanted``; messages of one moment may come in any order."""
    ordered = _like(wanted, sent)
    legends = tuple(_aligned(wanted, ordered))
    if not all(legend.holds for legend in legends):
        expected = "\n".join(map(expected_text, wanted)) or NOBODY
        actual = "\n".join(map(actual_text, ordered)) or NOBODY
        yield Failure("notification", where, "notifications", expected, actual, legends=legends)


def expected_text(wanted: Notification) -> str:
    """A message as a scenario expects it."""
    at = "any time" if wanted.at is None else moment(_milliseconds(wanted.at))
    return _text(at, wanted.severity, wanted.alert, wanted.models)


def actual_text(sent: Sent) -> str:
    """A message as it was sent."""
    return _text(moment(sent.at), sent.severity, sent.alert, _models(sent)) + (", again" if sent.again else "")


def _text(at: str, severity: str, alert: str, models: Sequence[str]) -> str:
    return f"{at} {severity} {alert}" + (f" of {', '.join(sorted(models))}" if models else "")


def _milliseconds(at: timedelta) -> int:
    return round(at / timedelta(milliseconds=1))


def _models(sent: Sent) -> tuple[str, ...]:
    return tuple(sorted({labels["model"] for labels in sent.instances if labels.get("model")}))


def _holds(wanted: Notification, sent: Sent) -> bool:
    return (
        (wanted.severity, wanted.alert) == (sent.severity, sent.alert)
        and (wanted.at is None or _milliseconds(wanted.at) == sent.at)
        and (not wanted.models or set(wanted.models) == set(_models(sent)))
    )


def _like(wanted: Sequence[Notification], sent: Sequence[Sent]) -> list[Sent]:
    """Messages of one moment in the order in which they are expected, the most particular expectation served first."""
    ordered: list[Sent] = []
    for _, together in groupby(sent, key=lambda each: each.at):
        left = list(together)
        next_wanted = wanted[len(ordered) : len(ordered) + len(left)]
        taken: dict[int, Sent] = {}
        for number, each in sorted(enumerate(next_wanted), key=lambda pair: not pair[1].models):
            found = next((message for message in left if _holds(each, message)), None)
            if found is not None:
                taken[number] = found
                left.remove(found)
        ordered += [taken[number] if number in taken else left.pop(0) for number in range(len(taken) + len(left))]
    return ordered


def _aligned(wanted: Sequence[Notification], sent: Sequence[Sent]) -> Iterator[Legend]:
    """Both lists side by side, the longest common part opposite each other."""
    common = [[0] * (len(sent) + 1) for _ in range(len(wanted) + 1)]
    for one in reversed(range(len(wanted))):
        for other in reversed(range(len(sent))):
            if _holds(wanted[one], sent[other]):
                common[one][other] = common[one + 1][other + 1] + 1
            else:
                common[one][other] = max(common[one + 1][other], common[one][other + 1])
    one = other = 0
    while one < len(wanted) or other < len(sent):
        if one < len(wanted) and other < len(sent) and _holds(wanted[one], sent[other]):
            yield Legend("", expected_text(wanted[one]), actual_text(sent[other]), holds=True)
            one, other = one + 1, other + 1
        elif other == len(sent) or (one < len(wanted) and common[one + 1][other] >= common[one][other + 1]):
            yield Legend("", expected_text(wanted[one]), "", holds=False)
            one += 1
        else:
            yield Legend("", "", actual_text(sent[other]), holds=False)
            other += 1
