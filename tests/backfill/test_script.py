"""The printed script: valid shell for every flavour, valid rules in it, and it says what it needs and cannot do."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from dashgen.assemble import assemble
from dashgen.backfill import plan, script
from dashgen.backfill.script import END_OF_FILE, rule_files
from dashgen.backfill.shells import MOST_POINTS, block_hours
from tests.promtool import binary
from tests.specs import APP, CLOUD, spec, variety

END = datetime(2026, 9, 20, tzinfo=UTC)
FLAVOURS = [
    ("prometheus", "local"),
    ("prometheus", "global"),
    ("thanos", "local"),
    ("thanos", "global"),
    ("mimir", "local"),
    ("mimir", "global"),
    ("victoriametrics", "local"),
    ("victoriametrics", "global"),
]
URL = "http://h:9090/it's"


def of(chosen, **more):
    return script(plan_of(chosen), chosen, URL, **more)


def plan_of(chosen):
    return plan(assemble(chosen), END - timedelta(days=30), END, END - chosen.prometheus.retention)


def flavoured(flavour, rules):
    return spec(prometheus={"flavour": flavour, "rules": rules, "external_labels": {"cluster": "eu"}})


def shell(text, *arguments, **env):
    return subprocess.run(
        ["sh", *arguments],
        input=text,
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(("flavour", "rules"), FLAVOURS)
def test_every_flavour_is_valid_shell(flavour, rules, embedded):
    done = shell(of(flavoured(flavour, rules), embedded=embedded), "-n")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("flavour", "rules", "tool"),
    [
        ("prometheus", "local", 'mv "${block%/}" "$DATA/"'),
        ("mimir", "local", "Mimir does not get this history"),
        ("thanos", "local", "its sidecar uploads the blocks"),
        ("thanos", "global", "thanos tools bucket upload-blocks"),
        ("mimir", "global", "mimirtool backfill"),
        ("victoriametrics", "global", "vmalert -rule="),
    ],
)
def test_each_flavour_delivers_in_its_own_way(flavour, rules, tool):
    assert tool in of(flavoured(flavour, rules))


@pytest.mark.parametrize(("flavour", "needed"), [("prometheus", "DATA"), ("thanos", "BUCKET"), ("mimir", "MIMIR")])
def test_a_script_that_is_not_told_where_to_deliver_stops_at_once(flavour, needed):
    done = shell(of(flavoured(flavour, "global")))
    assert done.returncode != 0
    assert f"{needed}: set {needed} to" in done.stderr


def test_the_address_is_quoted_and_may_be_overridden():
    text = of(spec())
    settings = text[text.index("set -eu") : text.index("\nEND=")]
    for given, expected in (({}, URL), ({"URL": "http://other"}, "http://other")):
        assert shell(f'{settings}\necho "$URL"', DATA="/d", **given).stdout == f"{expected}\n"


@pytest.mark.parametrize("name", variety())
def test_the_rules_in_the_script_are_those_of_the_files_and_promtool_takes_them(name, tmp_path):
    chosen = variety()[name]
    files = rule_files(plan_of(chosen))
    found = re.findall(rf"<<'{END_OF_FILE}'\n(.*?)^{END_OF_FILE}$", of(chosen), re.DOTALL | re.MULTILINE)
    assert found == list(files.values())
    for file, text in files.items():
        assert "alert:" not in text
        (tmp_path / file).write_text(text)
        subprocess.run([binary(), "check", "rules", file], cwd=tmp_path, check=True, capture_output=True)


def test_the_rules_in_the_script_are_what_the_shell_reads(tmp_path):
    nasty = spec(models=[{**CLOUD, "name": "a'b\"c$d`e\\f\nDASHGEN_RULES\n"}], sources=[APP])
    text = of(nasty)
    only_files = re.sub(r"^(record|deliver) .*$", "", text, flags=re.MULTILINE)
    kept = only_files.replace("trap 'rm -rf \"$work\"' EXIT", "")
    assert shell(kept, DATA=str(tmp_path)).returncode == 0
    (work,) = tmp_path.iterdir()
    assert {path.name: path.read_text() for path in work.iterdir()} == rule_files(plan_of(nasty))


def test_files_beside_the_script_are_found_from_anywhere():
    text = of(spec(), embedded=False)
    assert END_OF_FILE not in text
    assert 'record "$rules/pass-1.yaml" ' in text


def test_every_line_a_spec_has_a_say_in_is_a_comment():
    nasty = spec(models=[{**CLOUD, "name": "x\nrm -rf /\n#"}], sources=[APP])
    head = of(nasty).split("set -eu")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert r'"x\nrm -rf /\n#"' in head


def test_what_dated_prices_and_short_retention_mean_is_said():
    dated = {**CLOUD, "prices": [{"input": 3, "output": 15}, {"from": "2026-09-01", "input": 4, "output": 20}]}
    text = of(spec(models=[dated], prometheus={"retention": "15d"}))
    assert "Prices with `from:` hold from that day on in history too" in text
    assert "all history before is priced with it" in text
    assert "Nothing is made before 2026-09-05T00:00:00Z: the spec says that only 15d are kept." in text
    assert "complete from 2026-09-05T00:00:00Z to 2026-09-20T00:00:00Z" in text


@pytest.mark.parametrize(("seconds", "hours"), [(300, 54), (30, 54), (15, 18), (5, 6), (1, 2)])
def test_a_block_is_filled_by_one_query_of_at_most_11000_points(seconds, hours):
    interval = timedelta(seconds=seconds)
    assert block_hours(interval) == hours
    assert timedelta(hours=hours) / interval < MOST_POINTS


def test_the_same_plan_is_the_same_script():
    assert of(variety()["chat"]) == of(variety()["chat"])
