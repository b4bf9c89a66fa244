"""Private labels: hashed with one key, dropped, or kept; and what queries compare them with keeps matching."""

from __future__ import annotations

import pytest

from dashgen.errors import InputError
from dashgen.promql.selector import Match
from dashgen.spec.recording import Recording
from dashgen.testing.recording.privacy import Masks
from dashgen.testing.recording.track import Track

KEY = b"k" * 32


def labels(**found):
    return tuple(sorted({"__name__": "m", "job": "a", **found}.items()))


def masked(*series, private=None, matches=(), key=KEY):
    masks = Masks(Recording(private=private or {}), key, matches)
    return [dict(each) for each in masks.masked({each: Track() for each in series})], masks


def test_users_are_hashed_and_stay_apart():
    found, masks = masked(labels(end_user="ann"), labels(end_user="bob"), labels(end_user="ann", model="x"))
    users = [each["end_user"] for each in found]
    assert users[0] == users[2] != users[1]
    assert all(user.startswith("hashed-") and len(user) == 19 for user in users)
    assert "ann" not in repr(found) and "ann" not in repr(users)
    assert masks.hashed == {"end_user": {"ann", "bob"}}
    assert KEY.decode() not in repr(masks)


def test_one_value_has_one_hash_whatever_the_label():
    (found,), _ = masked(labels(end_user="ann", exported_user="ann"))
    assert found["end_user"] == found["exported_user"]


def test_another_key_gives_other_hashes():
    (one,), _ = masked(labels(user="ann"))
    (other,), _ = masked(labels(user="ann"), key=b"x" * 32)
    assert one["user"] != other["user"]


def test_other_labels_and_names_stay():
    (found,), masks = masked(labels(model="gpt", team="search"))
    assert found == dict(labels(model="gpt", team="search"))
    assert masks.hashed == {} and masks.dropped == set()


def test_what_a_query_names_stays():
    matches = (Match("user", "!~", "|None"), Match("user", "=", "bot"), Match("user", "=~", "a.*"))
    found, masks = masked(*(labels(user=user) for user in ("", "None", "bot", "a.*", "ann")), matches=matches)
    assert [each["user"] for each in found][:3] == ["", "None", "bot"]
    assert masks.hashed == {"user": {"a.*", "ann"}}
    assert masks.unmatched() == (Match("user", "=~", "a.*"),)


def test_any_value_still_matches_any_value():
    _, masks = masked(labels(user="ann"), matches=(Match("user", "=~", ".+"), Match("model", "=~", "a.*")))
    assert masks.unmatched() == ()


def test_dropped_labels_are_gone():
    (found,), masks = masked(labels(client_ip="10.0.0.1"), private={"client_ip": "drop"})
    assert found == dict(labels())
    assert masks.dropped == {"client_ip"}


def test_series_that_differ_in_nothing_else_cannot_be_kept_apart():
    with pytest.raises(InputError) as caught:
        masked(labels(client_ip="10.0.0.1"), labels(client_ip="10.0.0.2"), private={"client_ip": "drop"})
    assert "without client_ip some series cannot be told apart" in str(caught.value)
    assert "write `hash` for client_ip" in str(caught.value)
    assert "10.0.0" not in str(caught.value)
