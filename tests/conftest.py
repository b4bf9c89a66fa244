"""Property tests: the same examples every time in CI, new and many more of them at night.

No test reads or fills the cache of whoever runs them; those of the cache turn it on.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", parent=settings.get_profile("ci"), max_examples=3000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
os.environ["DASHGEN_CACHE"] = "off"
