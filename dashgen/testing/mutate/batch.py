"""Many mutants in one play of a case: one promtool answers for all of them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dashgen.model import RuleGroup
from dashgen.testing.mutate.chain import Chain
from dashgen.testing.mutate.graph import Rule, Rules, Spot
from dashgen.testing.mutate.names import ALERT, ANY, alert_copy, number_of, read_names, watched, without_copies
from dashgen.testing.mutate.plan import CasePlan, Part
from dashgen.testing.promtool.play import AlertQuestion, Answers, Firing, Play, Question, Sample

_NAME = "__name__"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the answers about one mutant are: index among the case's questions -> index among the batch's."""

    samples: Mapping[int, int]
    firing: Mapping[int, int]


@dataclass(frozen=True)
class Batch:
    """Mutants of one case. Only the rules and series that they rest on are played."""

    plan: CasePlan
    rules: Rules
    chains: tuple[Chain, ...]

    @cached_property
    def _watched(self) -> Mapping[int, str]:
        """Questions that are about alerts and nothing else, by index: what asks all copies at once."""
        found = ((index, watched(question.expr)) for index, question in enumerate(self.plan.questions))
        return {index: expr for index, expr in found if expr is not None}

    @cached_property
    def _questions(self) -> tuple[tuple[Question, ...], tuple[AlertQuestion, ...], tuple[_Asked, ...]]:
        questions: dict[Question, int] = {}
        texts: dict[AlertQuestion, int] = {}
        asked: list[_Asked] = []
        for chain in self.chains:
            samples: dict[int, int] = {}
            for index, question in enumerate(self.plan.questions):
                expr = self._watched.get(index) if chain.alerts else None
                if index not in self._watched:
                    expr = chain.asked(question.expr, self.plan.panels.get(index))
                if expr is not None:
                    samples[index] = questions.setdefault(Question(expr, question.at), len(questions))
            firing = {
                index: texts.setdefault(AlertQuestion(chain.alerts[text.alert], text.at), len(texts))
                for index, text in enumerate(self.plan.texts)
                if text.alert in chain.alerts
            }
            asked.append(_Asked(samples, firing))
        return tuple(questions), tuple(texts), tuple(asked)

    @cached_property
    def _groups(self) -> tuple[tuple[RuleGroup, ...], frozenset[str]]:
        """The groups with the copies, and the names of all series that are read."""
        copies: defaultdict[Spot, list[Rule]] = defaultdict(list)
        names: set[str] = set()
        for chain in self.chains:
            for spot, rule in chain.copies:
                copies[spot].append(rule)
                names |= read_names(rule.expr)
        watching = set(self._watched.values())
        for question in self._questions[0]:
            names |= frozenset() if question.expr in watching else read_names(question.expr)
        originals = {new: old for chain in self.chains for old, new in chain.records.items()}
        kept, read = self.rules.feeding(names - originals.keys())
        groups = []
        for number, group in enumerate(self.rules.groups):
            found: list[Rule] = []
            for index, rule in enumerate(group.rules):
                spot = Spot(number, index)
                if spot in kept:
                    found.append(replace(rule, expr=without_copies(rule.expr)))
                found += copies.get(spot, ())
            if found:
                groups.append(replace(group, rules=tuple(found)))
        return tuple(groups), read

    def digest(self) -> str:
        """A hash of everything the answers follow from, and the verdict on them."""
        clock = self.plan.clock
        parts = (self._groups[0], *self._questions[:2], clock, self.plan.digest)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def play(self) -> Play:
        """What promtool is given."""
        groups, read = self._groups
        questions, texts, _ = self._questions
        given: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for selector, values in self.plan.series().items():
            name, brace, labels = selector.partition("{")
            given[name][f"{brace}{labels}"] = values
        # A case may play a recorded series itself; a mutant that records under another name reads it there.
        copied = {new: old for chain in self.chains for old, new in chain.records.items()}
        wanted = {name: name for name in given if ANY in read or name in read} | copied
        series = {
            f"{new}{labels}": values for new, old in wanted.items() for labels, values in given.get(old, {}).items()
        }
        return Play(groups, series, self.plan.clock, questions, texts)

    def answers(self, found: Answers, original: Answers) -> Iterator[tuple[Chain, Answers, Part]]:
        """For each mutant the answers of the case with the mutant in the place of the original, and which those are."""
        asked_all = self._questions[2]
        watching = {index: at for each in asked_all for index, at in each.samples.items() if index in self._watched}
        by_number = {index: _by_number(found.samples[at]) for index, at in watching.items()}
        for chain, asked in zip(self.chains, asked_all, strict=True):
            samples = list(original.samples)
            for index, at in asked.samples.items():
                if index in by_number:
                    kept = [each for each in _samples(original, index) if each.labels.get(ALERT) not in chain.alerts]
                    samples[index] = (*kept, *by_number[index].get(chain.number, ()))
                else:
                    samples[index] = _under_old_names(found.samples[at], chain)
            firing = list(original.firing)
            for index, at in asked.firing.items():
                firing[index] = tuple(_original(each, chain) for each in found.firing[at])
            part = Part(frozenset(chain.alerts), frozenset(asked.samples))
            yield chain, Answers(tuple(samples), tuple(firing), found.seconds), part


def _samples(answers: Answers, index: int) -> Sequence[Sample]:
    found = answers.samples[index]
    return () if isinstance(found, str) else found


def _under_old_names(found: tuple[Sample, ...] | str, chain: Chain) -> tuple[Sample, ...] | str:
    """Samples of a mutant's records as those of the originals."""
    if isinstance(found, str) or not chain.records:
        return found
    old = {new: name for name, new in chain.records.items()}
    return tuple(
        Sample({**each.labels, _NAME: old[each.labels[_NAME]]}, each.value) if each.labels.get(_NAME) in old else each
        for each in found
    )


def _by_number(found: tuple[Sample, ...] | str) -> Mapping[int, list[Sample]]:
    """Samples of mutated alerts by mutant, under the names of the originals."""
    numbered: defaultdict[int, list[Sample]] = defaultdict(list)
    for sample in () if isinstance(found, str) else found:
        name = sample.labels[ALERT]
        number = number_of(name)
        assert number is not None
        original = name.removesuffix(alert_copy("", number))
        numbered[number].append(Sample({**sample.labels, ALERT: original}, sample.value))
    return numbered


def _original(firing: Firing, chain: Chain) -> Firing:
    """A mutated alert's instance under the name of the original; its text cannot say a name."""
    name = next(old for old, new in chain.alerts.items() if new == firing.labels[ALERT])
    return Firing({**firing.labels, ALERT: name}, firing.annotations)
