"""What a file may not tell of itself, and has to be given by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from callplan.errors import Refused
from intake.profile import Profile
from intake.reading import Reading
from intake.survey import Settled
from intake.times import BY_INTERVAL

_GIVE = {
    "queue": "the name of its queue: queue (--queue sales)",
    "minutes": "the length of its intervals: minutes (--minutes 30)",
    "within_s": "the seconds within which answers count: within_s (--within 20)",
}
NO_QUEUE = "no column for the queue"
_LENGTHS = (5, 10, 15, 20, 30, 60)
_MOST_NAMES = 20


def give(options: Sequence[str]) -> str:
    """Return how to give what a file lacks, in Python and in the shell."""
    return f"give {', and '.join(_GIVE[option] for option in options)}"


def refuse_lacking(path: Path, *, nameless: bool, unclear: str | None, of_calls: Sequence[str]) -> None:
    """Refuse a file for all that it does not tell, at once."""
    found = [text for text in (NO_QUEUE if nameless else None, unclear) if text]
    lacking = ["queue"] * nameless + ["minutes"] * bool(unclear)
    raise Refused(path.name, "; ".join(found), give([*lacking, *of_calls]))


def lacks_of_calls(minutes: int | None, within_s: float | None) -> list[str]:
    """Return the options that a log of calls needs to be counted, and that are not given."""
    return [name for name, value in (("minutes", minutes), ("within_s", within_s)) if value is None]


def minutes_of(
    path: Path,
    profile: Profile,
    columns: Mapping[str, Sequence[str]],
    settled: Settled,
    minutes: int | None,
    reading: Reading,
) -> tuple[int | None, str | None]:
    """Return the length of intervals where rows do not say it, and what is wrong where nothing tells it.

    It is as told, or as the times stand apart. A file by day is refused.
    """
    minutes = minutes or profile.minutes
    if profile.layout == "calls":
        return minutes, None
    of_rows = "minutes" in columns or {"start", "end"} <= set(columns)
    if settled.days and not (settled.clocks and (minutes or of_rows)):
        raise Refused(path.name, "a row a day, without times of the day", BY_INTERVAL)
    if minutes or of_rows or settled.spans or settled.step is None:
        return minutes, None
    if settled.step in _LENGTHS:
        reading.remark(f"intervals are {settled.step} minutes long, for its times stand that far apart")
        return settled.step, None
    return None, f"times {settled.step} minutes apart, and no length of the intervals"


def remark_on_unread(unread: Sequence[str], reading: Reading) -> None:
    """Name the columns that are left out."""
    if unread:
        more = f" and {len(unread) - _MOST_NAMES} more" if len(unread) > _MOST_NAMES else ""
        reading.remark(f"not read: {', '.join(unread[:_MOST_NAMES])}{more}")
