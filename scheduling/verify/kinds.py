"""What kind of shift one is: early, mid, late or night; and whether it ends late."""

from datetime import time

from scheduling.contracts import Roster
from scheduling.verify.facts import DAY, Span


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def is_night(shift: Span, roster: Roster) -> bool:
    """Say whether enough of the presence lies in the night, by the clock."""
    begin = _minutes(roster.night_from)
    length = (_minutes(roster.night_to) - begin) % DAY or DAY
    present = 0.0
    for midnight in (-DAY, 0, DAY):  # the night of the day before, of this day, of the next
        first, last = midnight + begin, midnight + begin + length
        present += max(0.0, min(shift.ends, last) - max(shift.begins, first))
    return present >= 60 * roster.night_h - 1e-9


def by_start(shift: Span, roster: Roster) -> str:
    """Return early, mid or late."""
    if shift.begins < _minutes(roster.early_before):
        return "early"
    return "late" if shift.begins >= _minutes(roster.late_from) else "mid"


def kind(shift: Span, roster: Roster) -> str:
    """Return night, or else what it is by its start."""
    return "night" if is_night(shift, roster) else by_start(shift, roster)


def ends_late(shift: Span, roster: Roster) -> bool:
    """Say whether it ends after `late_end`, or on the next day."""
    return shift.ends > (_minutes(roster.late_end) or DAY)
