"""A mutation run in words."""

from __future__ import annotations

from dataclasses import replace

from dashgen.testing.mutate.results import Judged, Mutation
from dashgen.testing.mutate.targets import targets
from dashgen.testing.mutate.text import summary, text
from tests.testing.mutate.toy import GROUPS, HIGH, bundle, changed

LONG = replace(HIGH, expr=f"{'toy:errors:ratio + ' * 8}0\n  > 0.1 and {' + '.join(['toy:errors:ratio'] * 8)}")
(ALERT,) = [each for each in targets([bundle(changed(GROUPS, HIGH, LONG))]) if each.kind == "alert"]
PEAK = next(each for each in targets([bundle()]) if each.name == "toy:peak")


def one(target, change):
    return next(each for each in target.mutants if change in each.description)


LOOSER, SLOWER, DROPPED = one(ALERT, "`> 0.1` → `>= 0.1`"), one(ALERT, "for: 4m"), one(PEAK, "or toy:peak")
FOUND = Mutation(
    (
        Judged(ALERT, LOOSER, "survived", ("one", "two", "three", "four")),
        Judged(ALERT, SLOWER, "survived"),
        Judged(PEAK, DROPPED, "survived", ("one",)),
        Judged(PEAK, PEAK.mutants[0], "equivalent", reason="there is one series"),
        Judged(PEAK, PEAK.mutants[1], "refused", ("one",), "1:5: parse\nerror"),
        *(Judged(PEAK, each, "killed", ("one",)) for each in PEAK.mutants[2:4]),
    ),
    failing=("broken [toy]",),
    runs=1,
    seconds=2.5,
)


def test_report():
    assert text(FOUND) == "\n".join(
        [
            "survived: alert ToyErrors [toy], comparison: `> 0.1` → `>= 0.1` at 156",
            "  - …y:errors:ratio + toy:errors:ratio + 0 > 0.1 and toy:errors:ratio + toy:errors:ratio…",
            "  + …y:errors:ratio + toy:errors:ratio + 0 >= 0.1 and toy:errors:ratio + toy:errors:ratio…",
            "  not noticed by one, two, three and 1 more",
            "survived: alert ToyErrors [toy], timing: `for: 2m` → `for: 4m`",
            "  no case asserts anything that depends on it",
            "survived: record toy:peak [toy], alternative: `or toy:peak offset 1m` dropped at 32",
            "  - max by (model) (toy:errors:ratio or toy:peak offset 1m)",
            "  + max by (model) (toy:errors:ratio)",
            "  not noticed by one",
            "equivalent: 1 mutant, there is one series",
            "  record toy:peak [toy], function: `max` → `min` at 0",
            "no PromQL: record toy:peak [toy], function: `max` → `sum` at 0: 1:5: parse error",
            "judged nothing: broken [toy] fails without any mutant",
            "alternative      1 of     2 killed",
            "comparison       0 of     1 killed",
            "labels           1 of     1 killed",
            "timing           0 of     1 killed",
            "6 mutants: 2 killed, 3 survived, 1 equivalent; score 40 % (1 run of promtool, 2 s)",
        ]
    )


def test_a_score_is_not_rounded_up():
    killed, survived = Judged(PEAK, DROPPED, "killed"), Judged(PEAK, DROPPED, "survived")
    assert "score 94.9 %" in summary(Mutation((killed,) * 9496 + (survived,) * 504))
    assert "score 95 %" in summary(Mutation((killed,) * 95 + (survived,) * 5))
    assert "score 100 %" in summary(Mutation(()))
