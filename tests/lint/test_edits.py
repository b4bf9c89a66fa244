"""What a check offers to change mends what it found: the edits of every failing case are made, and it looks again."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml

from dashgen.lint.check import Check
from dashgen.lint.finding import Edit, Finding
from tests.lint.test_checks import cases, found_in
from tests.lint.wrap import findings


def edited(data: Any, edits: list[Edit]) -> Any:
    """A copy of the data with the edits made; those of one text from its end, so that places stay what they are."""
    result = copy.deepcopy(data)
    for edit in sorted(edits, key=lambda each: each.place.start or 0, reverse=True):
        if edit.insert:
            holder = result
            for step in edit.place.path:
                holder = holder[step]
            assert edit.insert not in holder, "there is such a key"
            holder[edit.insert] = json.loads(edit.text)
            continue
        *above, last = edit.place.path
        holder = result
        for step in above:
            holder = holder[step]
        if edit.place.start is None:
            holder[last] = json.loads(edit.text)
        else:
            text = holder[last]
            holder[last] = text[: edit.place.start] + edit.text + text[edit.place.end :]
    return result


def mended(found: list[Finding]) -> list[Finding]:
    return [each for each in found if each.edits]


@pytest.mark.parametrize(("check", "case"), list(cases("fail")))
def test_edits_mend_what_was_found(check: Check, case: dict[str, Any]) -> None:
    found = found_in(check, case)
    documents = {id(edit.place.document): edit.place.document for each in found for edit in each.edits}
    if len(documents) != 1 or any(each.outer is not None or each.number for each in documents.values()):
        return  # nothing to change, or inside another file's text, which is for the writer of files
    (document,) = documents.values()
    edits = [edit for each in found for edit in each.edits]
    text = edited(document.data, edits)
    written = json.dumps(text) if document.syntax == "json" else yaml.safe_dump(text, sort_keys=False)
    assume = [f"{name}={value}" for name, value in case.get("assume", {}).items()]
    again = mended(findings("file", {document.file: written}, check.name, assume))
    assert not again, f"{again[0].about}: {again[0].found}"
