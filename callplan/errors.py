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
        super().__init__(" ".join(f"{where}: {found}; {do}".split()))
        self.where, self.found, self.do = where, found, do


class Infeasible(CallplanError):
    """A plan that cannot exist under its rules."""

    exit_code = 3


class Remark(UserWarning):
    """Something a planner should know although the work went on; commands print it on stderr."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Advise on a name that is not among `names`: the one meant, or all there are.

    >>> nearest("aht", ["aht_s", "offered"])
    'did you mean aht_s?'
    >>> nearest("colour", ["aht_s", "offered"])
    'choose from aht_s, offered'
    """
    known = list(names)
    # Compared without case, so that "Offered" finds "offered".
    folded = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]}?"
    return "choose from " + ", ".join(known[:30])
