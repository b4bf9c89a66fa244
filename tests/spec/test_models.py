"""What the prices of a model come down to."""

from __future__ import annotations

from datetime import date

import pytest

from dashgen.spec.models import Model

BASE = {"input": 2, "output": 10}


def cloud(*prices: dict) -> Model:
    return Model.model_validate({"name": "m", "route": "cloud", "prices": list(prices)})


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [
        (BASE, {"input": 2, "output": 30}, 3),
        (BASE, {"input": 4, "output": 5}, 2),
        (BASE, {"input": 1, "output": 5}, 0.5),
        (BASE, {**BASE, "cache_write": 5}, 2.5),
        ({"input": 0, "output": 10}, {"input": 1, "output": 10}, 1),
        (BASE, {**BASE, "tiers": [{"above_input_tokens": 9, "input": 2, "output": 50}]}, 5),
        (
            {**BASE, "tiers": [{"above_input_tokens": 9, "input": 4, "output": 50}]},
            {**BASE, "tiers": [{"above_input_tokens": 9, "input": 8, "output": 50}]},
            2,
        ),
    ],
)
def test_a_price_step_is_the_largest_rise_of_any_kind_and_tier(old: dict, new: dict, factor: float):
    assert cloud({**new, "from": "2026-02-01"}, old).price_steps() == ((date(2026, 2, 1), factor),)


def test_a_replica_of_two_gpus_costs_twice_as_much():
    serving = {"gpus": 2, "usd_per_gpu_hour": 1.8, "reference_throughput": {"input": 1000, "output": 100}}
    model = Model.model_validate({"name": "m", "route": "local", "serving": serving})
    assert [price.kinds() for price in model.price_list()] == [
        {"input": 1, "output": 10, "cache_read": 1, "cache_write": 1}
    ]
