from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest

from dashgen.emit.grafana import dashboard_json
from dashgen.emit.verify import dashboard_defects, known_units, verify
from dashgen.errors import OutputError
from tests.emit.samples import PANELS, board


def document() -> dict:
    return deepcopy(dashboard_json(board(*PANELS[:3]), ""))


def panel(doc: dict) -> dict:
    return next(p for p in doc["panels"] if p["type"] == "timeseries")


def set_(path: str, value: object) -> Callable[[dict], None]:
    def change(doc: dict) -> None:
        *parents, last = path.split(".")
        target: object = panel(doc)
        for part in parents:
            target = target[int(part) if part.isdigit() else part]
        target[int(last) if last.isdigit() else last] = value

    return change


def same_ids(doc: dict) -> None:
    doc["panels"][0]["id"] = doc["panels"][1]["id"]


def same_names(doc: dict) -> None:
    doc["templating"]["list"].append(doc["templating"]["list"][0])


def dashboard_link(doc: dict) -> None:
    doc["links"][1]["url"] = "https://x/${nope:queryparam}"


def variable_query(doc: dict) -> None:
    doc["templating"]["list"][1]["query"]["query"] = "label_values(x{a=~'$nope'}, b)"


def annotation(doc: dict) -> None:
    doc["annotations"]["list"][1]["expr"] = "x{a='[[nope]]'}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (same_ids, "used twice"),
        (same_names, "defined twice"),
        (set_("targets.1.refId", "A"), "refId 'A' is used twice"),
        (set_("targets.1.refId", ""), "no refId"),
        (set_("targets.1.exemplar", True), "exemplars"),
        (set_("gridPos.x", 20), "24 columns"),
        (set_("gridPos.h", 0), "24 columns"),
        (set_("gridPos.y", 0), "overlap"),
        (set_("targets.0.expr", "rate(x{a=~'$nope'}[$__rate_interval])"), "variable 'nope'"),
        (set_("targets.0.expr", "rate(x[$__rate_intervall])"), "variable '__rate_intervall'"),
        (set_("links.0.url", "https://x/$nope"), "variable 'nope'"),
        (set_("fieldConfig.defaults.links.0.url", "${nope}"), "variable 'nope'"),
        (dashboard_link, "variable 'nope'"),
        (variable_query, "variable 'nope'"),
        (annotation, "variable 'nope'"),
        (set_("fieldConfig.defaults.unit", "seconds"), "unit 'seconds'"),
        (set_("fieldConfig.overrides.0.properties.3.value", "dollar"), "unit 'dollar'"),
        (set_("fieldConfig.defaults.thresholds.steps.1.value", 3.0), "must rise"),
        (set_("fieldConfig.defaults.thresholds.steps.0.value", 0.0), "first threshold"),
        (lambda doc: doc.update(uid="a" * 41), "uid"),
        (lambda doc: doc.update(uid="a b"), "uid"),
    ],
)
def test_every_defect_is_caught(change: Callable[[dict], None], words: str):
    doc = document()
    assert list(dashboard_defects(doc)) == []
    change(doc)
    with pytest.raises(OutputError, match=words) as caught:
        verify({"service-health": doc})
    assert caught.value.exit_code == 3


def test_all_defects_at_once():
    doc = document()
    doc["uid"] = ""
    set_("fieldConfig.defaults.unit", "seconds")(doc)
    with pytest.raises(OutputError) as caught:
        verify({"a": doc})
    assert len(caught.value.defects) == 2


def test_one_uid_twice():
    with pytest.raises(OutputError, match="more than one dashboard"):
        verify({"a": document(), "b": document()})


def test_units():
    assert {"s", "percentunit", "currencyUSD", "reqps", "µs", "short", "bool"} <= known_units()
    assert len(known_units()) == 273


def test_custom_units_and_regex_ends_are_fine():
    doc = document()
    set_("fieldConfig.defaults.unit", "si: tok/s")(doc)
    set_("targets.0.expr", 'label_replace(x{a=~"b$"}, "c", "$1", "d", "(.*)")')(doc)
    assert list(dashboard_defects(doc)) == []
