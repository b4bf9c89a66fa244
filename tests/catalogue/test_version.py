import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.catalogue.version import Version, VersionRange

numbers = st.lists(st.integers(0, 99), min_size=2, max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("0.33", (0, 33)),
        ("0.9.2", (0, 9, 2)),
        ("v0.11.0", (0, 11, 0)),
        ("0.10.1.1", (0, 10, 1, 1)),
        ("0.10.1+cu128", (0, 10, 1)),
        ("0.9.0.post1", (0, 9, 0)),
        ("4.5.3-4.8.2", (4, 5, 3)),
        ("3.3.5-3.4.0-ubuntu22.04", (3, 3, 5)),
        (" 0.33.0 ", (0, 33, 0)),
    ],
)
def test_parses(text: str, release: tuple[int, ...]) -> None:
    assert Version.parse(text).release == release


@pytest.mark.parametrize(
    "text", ["", "latest", "1", "0.", ".9", "0.9.x", "0..9", "0,9", "0.9 beta", "-0.9", "\u0660.\u0669"]
)
def test_rejects_with_help(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version.parse(text)


def test_order_is_numeric_and_knows_prereleases() -> None:
    texts = ["0.9.2", "0.10", "0.10.1", "0.10.1.1", "0.11.0rc1", "0.11.0rc2", "0.11.0", "0.33"]
    assert sorted(texts, key=Version.parse) == texts
    assert Version.parse("0.33") == Version.parse("0.33.0")
    assert len({Version.parse("0.33"), Version.parse("0.33.0")}) == 1
    assert Version.parse("0.33").is_minor
    assert not Version.parse("0.33.0").is_minor
    assert Version.parse("0.11.2").previous_minor() == "0.10"
    assert Version.parse("1.0").previous_minor() == ""


@given(numbers, numbers)
def test_order_agrees_with_padded_tuples(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    def padded(release: tuple[int, ...]) -> tuple[int, ...]:
        return release + (0,) * (4 - len(release))

    a, b = Version(left), Version(right)
    assert (a < b, a == b) == (padded(left) < padded(right), padded(left) == padded(right))
    assert Version.parse(str(a)) == a


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("0.33.0", ["0.33.0"], ["0.33.1", "0.32.9"]),
        ("0.10", ["0.10.0", "0.10.2", "0.10.1.1"], ["0.9.2", "0.11.0", "0.1.0"]),
        (">=0.10, <=0.33", ["0.10.0", "0.33.7"], ["0.9.2", "0.34.0"]),
        (">=0.10,<0.33", ["0.32.9"], ["0.33.0"]),
        ("0.10 - 0.33", ["0.10.0", "0.33.7"], ["0.9.2", "0.34.0"]),
        ("0.10-0.33", ["0.10.0", "0.33.7"], ["0.34.0"]),
        ("0.9.1 to 0.10.2", ["0.9.1", "0.10.2"], ["0.10.3"]),
        (">0.10", ["0.11.0"], ["0.10.2"]),
        (">0.10.1", ["0.10.2"], ["0.10.1"]),
        ("<=0.10.1", ["0.1.0", "0.10.1"], ["0.10.2"]),
        ("==0.12", ["0.12.3"], ["0.13.0"]),
        ("4.5.3-4.8.2", ["4.5.3"], ["4.8.2", "4.6.0"]),
        ("3.3.5-3.4.0 - 4.5.3-4.8.2", ["3.3.5", "4.0.0", "4.5.3"], ["4.6.0"]),
    ],
)
def test_ranges(text: str, inside: list[str], outside: list[str]) -> None:
    versions = VersionRange.parse(text)
    assert str(versions) == text
    assert [version for version in inside if Version.parse(version) not in versions] == []
    assert [version for version in outside if Version.parse(version) in versions] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty version"),
        ("latest", "not a version"),
        (">=", "names no version"),
        (">=0.10,", "names no version"),
        ("~=0.10", "operator '~='"),
        ("!=0.10", "operator '!='"),
        ("0.10, 0.11", ">=0.10, <=0.11"),
        (">=0.33, <=0.10", "no version can be in"),
        ("0.33 - 0.10", "no version can be in"),
        (">0.10.1, <=0.10.1", "no version can be in"),
    ],
)
def test_bad_ranges_say_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VersionRange.parse(text)


@given(st.text(max_size=30))
def test_any_text_parses_or_raises_value_error(text: str) -> None:
    try:
        VersionRange.parse(text)
    except ValueError as error:
        assert str(error)


@given(numbers, numbers, st.lists(numbers, max_size=6))
def test_points_start_the_range_and_stay_in_it(
    low: tuple[int, ...], high: tuple[int, ...], boundaries: list[tuple[int, ...]]
) -> None:
    ends = sorted([Version(low), Version(high)])
    versions = VersionRange(ends[0], ends[1])
    points = versions.points(map(Version, boundaries))
    assert points[0] == ends[0]
    assert list(points) == sorted(set(points))
    assert all(point in versions for point in points)


def test_points_of_open_ranges() -> None:
    known = [Version.parse("0.3.3"), Version.parse("0.9.2")]
    assert [str(point) for point in VersionRange().points(known)] == ["0.3.3", "0.9.2"]
    assert [str(point) for point in VersionRange.parse("<=0.2.1").points(known)] == ["0.2.1"]
    assert VersionRange().points([]) == ()
