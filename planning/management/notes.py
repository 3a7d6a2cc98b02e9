"""What a report has to say beside its figures, as data: each language has its own words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """A remark by its key, with the values that stand in its text; `stops` where a goal is not held."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    stops: bool = False
