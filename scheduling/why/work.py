"""How long an answer may take, and whom it tells how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """A limit of time from now on, and who is told."""

    seed: int
    time_limit_s: float
    progress: Callable[[str], None] | None
    began: float = field(default_factory=time.perf_counter)

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self.time_limit_s - (time.perf_counter() - self.began)

    def say(self, what: str) -> None:
        """Tell how far the answer is."""
        if self.progress is not None:
            self.progress(what)
