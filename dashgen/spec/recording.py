"""What ``dashgen record`` keeps to itself: labels that tell who somebody is."""

from typing import Literal

from pydantic import Field

from dashgen.spec.types import LabelName, Strict

Privacy = Literal["hash", "drop", "keep"]
PRIVATE_LABELS: dict[str, Privacy] = dict.fromkeys(
    (
        "api_key",
        "api_key_alias",
        "client_ip",
        "email",
        "end_user",
        "hashed_api_key",
        "user",
        "user_agent",
        "user_email",
        "user_id",
        "username",
    ),
    "hash",
)
"""Labels in which exporters of the catalogue, or applications, name people, their keys and their machines."""


class Recording(Strict):
    """Recordings of this deployment's series."""

    private: dict[LabelName, Privacy] = Field(
        default={},
        description="labels whose values recordings hash, drop or keep; those that name users are hashed unless kept",
        examples=[{"end_user": "hash", "client_ip": "drop"}],
    )

    def privacy(self, label: str) -> Privacy:
        """What becomes of a label's values; Prometheus renames a clashing label ``exported_…``."""
        rules = {**PRIVATE_LABELS, **self.private}
        return rules.get(label) or rules.get(label.removeprefix("exported_"), "keep")
