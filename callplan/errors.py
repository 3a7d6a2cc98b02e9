"""What callplan says when it cannot go on, and what it remarks when it can."""

import difflib
from collections.abc import Iterable


class CallplanError(Exception):
    """Any failure that callplan explains in one line; `exit_code` is what a command ends with."""

    exit_code = 1


class Refused(CallplanError, ValueError):
    """Input that cannot be used: where it is, what was found there, what to do about it.

    >>> print(Refused("calls.csv, row 7, column offered", "found -3", "a count is 0 or more"))
    calls.csv, row 7, column offered: found -3; a count is 0 or more
    """

    def __init__(self, where: str, found: str, do: str) -> None:
        # The arguments as they came: an exception is made anew from them in another process.
        super().__init__(where, found, do)
        self.where, self.found, self.do = where, found, do

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return _one_line(f"{place}{self.found}; {self.do}")


class Infeasible(CallplanError):
    """A plan that cannot exist under its rules."""

    exit_code = 3


class Remark(UserWarning):
    """Something a planner should know although the work went on; commands print it on stderr."""

    def __str__(self) -> str:
        return _one_line(super().__str__())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def closest(name: str, names: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the one among `names` that was probably meant, if any is at least so much `alike`.

    >>> closest("Aht", ["aht_s", "offered"])
    'aht_s'
    """
    # Compared without case, so that "Offered" finds "offered".
    folded = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=alike)
    return folded[close[0]] if close else None


def nearest(name: str, names: Iterable[str]) -> str:
    """Advise on a name that is not among `names`: the one meant, or all there are.

    >>> nearest("aht", ["aht_s", "offered"])
    'did you mean aht_s?'
    >>> nearest("colour", ["aht_s", "offered"])
    'choose from aht_s, offered'
    """
    known = list(names)
    meant = closest(name, known)
    if meant:
        return f"did you mean {meant}?"
    return "choose from " + ", ".join(known[:30]) + (" ..." if len(known) > 30 else "")
