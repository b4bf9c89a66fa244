"""What mutation runs found, as a file that is committed."""

from dashgen.assemble import assemble
from dashgen.testing.mutate.baseline import baseline, is_baseline, known
from dashgen.testing.mutate.results import Judged, Mutation
from dashgen.testing.mutate.targets import targets
from tests.alerts.deployments import spec


def found(target, killed, survived):
    verdicts = ["killed"] * killed + ["survived"] * survived + ["equivalent"]
    return [Judged(target, mutant, verdict) for mutant, verdict in zip(target.mutants, verdicts, strict=False)]


def test_every_target_is_listed_with_what_was_judged_of_it_last(tmp_path):
    every = [each for each in targets([assemble(spec())]) if len(each.mutants) > 2]
    first, second, third = every[:3]
    path = tmp_path / "baseline.txt"
    path.write_text(baseline(Mutation(tuple(found(first, 1, 0))), every, {}))
    assert known([path])[first.fingerprint] == "1/1"
    assert known([path])[second.fingerprint] == "-"
    path.write_text(baseline(Mutation(tuple(found(second, 1, 1))), every, known([path])))
    assert [known([path])[each.fingerprint] for each in (first, second, third)] == ["1/1", "1/2", "-"]
    path.write_text(baseline(Mutation(()), every[1:], known([path])))
    assert first.fingerprint not in known([path])
    assert is_baseline(path.read_bytes()) and not is_baseline(b"mine")


def test_a_file_that_is_not_there_knows_nothing(tmp_path):
    assert known([tmp_path / "gone.txt"]) == {}


def test_a_target_is_known_in_every_spec_and_layout_and_not_when_it_changes():
    one, other = assemble(spec()), assemble(spec(name="other"))
    prints = [{each.name: each.fingerprint for each in targets([bundle])} for bundle in (one, other)]
    assert prints[0] == prints[1]
    changed = {each.name: each.fingerprint for each in targets([assemble(spec(profile="autocomplete"))])}
    assert {name for name, each in changed.items() if prints[0].get(name) != each} == {"LLMTimeToFirstTokenHigh"}
