"""One play of the hybrid deployment for all who look at it."""

import pytest

from tests.dashboards.hybrid import END, everything, hybrid
from tests.promtool import play


@pytest.fixture(scope="package")
def deployment():
    spec = hybrid()
    return spec, play(spec, everything(), groups=None, until=END, every=60)
