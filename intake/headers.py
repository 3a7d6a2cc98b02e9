"""Where a table begins in a file that has titles above it, and whose export it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callplan.errors import Refused
from intake.profile import Profile, Tied, named, reason, recognise, shown

LINES = 60
"""How far down a header is looked for."""


@dataclass(frozen=True)
class Header:
    """The row of column names."""

    row: int
    """Its row, the first is 1."""
    columns: tuple[str, ...]
    """The names; empty where a column has none, or that of another."""
    profile: Profile
    why: str
    """How the profile was found."""


@dataclass(frozen=True)
class Wanted:
    """Which profile is asked for."""

    profile: str | Profile = "auto"
    own: tuple[Profile, ...] = ()

    def header(self, rows: Iterable[Sequence[str]]) -> Header:
        """Return the first of these rows that has the columns of a profile, or refuse them all."""
        fault: Refused | None = None
        widest = 0
        for number, cells in enumerate(rows, start=1):
            columns = _unique(cells)
            try:
                profile, why = self._of(columns)
            except Tied:
                raise
            except Refused as refused:
                # The row with the most names is the likeliest header: what it lacks is what to say.
                named_cells = sum(any(letter.isalpha() for letter in name) for name in columns)
                if named_cells > widest:
                    fault, widest = refused, named_cells
                continue
            return Header(number, columns, profile, why)
        raise fault or Refused("columns", "no row of column names", "export it with its header")

    def _of(self, columns: Sequence[str]) -> tuple[Profile, str]:
        if self.profile == "auto":
            profile = recognise(columns, self.own)
            return profile, reason(profile, columns)
        profile = named(self.profile, self.own)
        lacking = profile.lacks(columns)
        if lacking:
            raise Refused(
                "columns",
                f"{profile.name} needs {' and '.join(lacking)} (there are: {shown(columns)})",
                "choose another profile, or write one",
            )
        return profile, "it was named"


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Return column names, each once: of two that are alike the first counts."""
    names = [" ".join(str(cell).split()) for cell in cells]
    return tuple("" if name in names[:place] else name for place, name in enumerate(names))
