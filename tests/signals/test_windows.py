from datetime import timedelta

import pytest

from dashgen.signals.windows import brief, error_windows, recent
from tests.specs import spec


@pytest.mark.parametrize(
    ("scrape", "short", "usual"),
    [("15s", 120, 300), ("30s", 120, 300), ("31s", 180, 300), ("1m", 240, 300), ("75s", 300, 300), ("2m", 480, 480)],
)
def test_a_window_holds_four_scrapes_in_whole_minutes(scrape: str, short: int, usual: int):
    slow = spec(prometheus={"scrape_interval": scrape})
    assert brief(slow) == error_windows(slow)[1] == timedelta(seconds=short)
    assert recent(slow) == timedelta(seconds=usual)
