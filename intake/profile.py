"""Profiles: how one system's exports name, count and credit what a history holds. TOML, no code."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Default
from pydantic import field_validator, model_validator

from callplan.errors import Refused, nearest
from callplan.settings import Settings
from intake.clocks import Order

SHIPPED = Path(__file__).parent / "profiles"
GENERIC = "generic"

# What tells where a row belongs; for these every profile knows the generic names as well.
PLACE = ("queue", "date", "start", "end", "minutes")
COUNTS = (
    *("offered", "handled", "abandoned", "answered_within", "abandoned_within", "short_abandoned"),
    *("ivr", "blocked", "transferred"),
)
Part = Literal["talk_s", "hold_s", "acw_s"]
PARTS: tuple[Part, ...] = ("talk_s", "hold_s", "acw_s")
DURATIONS = (*PARTS, "handle_s", "aht_s", "wait_s")
CALLS = ("arrival", "answer", "end", "abandoned")
_ALL = (*PLACE, *COUNTS, *DURATIONS, "service_level", "within_s", "short_s", "channel", *CALLS)


# Of what is no text no more is shown.
_MOST_JUNK = 40


class Tied(Refused):
    """Two profiles that fit equally well: no other row of the file can be the better header."""


class Source(Settings):
    """Where one column of the history comes from.

    In a profile a name, or a list of names of which the first one that is there counts, is enough;
    a table says more: `{ add = ["HandledShort", "HandledLong"] }`, `{ column = "talk", unit = "min" }`.
    """

    column: tuple[str, ...] = ()
    """The file's names for it; the first that is there counts."""
    add: tuple[str, ...] = ()
    """Columns to add up; all must be there."""
    unit: Literal["s", "ms", "min", "h"] = "s"
    """What a plain number counts."""
    average: bool = False
    """Whether it is an average over handled calls: it is multiplied by them."""
    covers: tuple[Part, ...] = ("talk_s", "hold_s", "acw_s")
    """Of `handle_s` and `aht_s`: what they hold; the parts left out are added."""

    @field_validator("column", mode="before")
    @classmethod
    def _a_name_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way(self) -> "Source":
        if bool(self.column) == bool(self.add):
            raise Refused("column", "neither column nor add, or both", "name a column, or columns to add")
        return self

    def found_in(self, folded: dict[str, str]) -> tuple[str, ...]:
        """Return the file's columns that it is made of; none if they are not there."""
        if self.add:
            there = tuple(folded[fold(name)] for name in self.add if fold(name) in folded)
            return there if len(there) == len(self.add) else ()
        return next(((folded[fold(name)],) for name in self.column if fold(name) in folded), ())


class Profile(Settings):
    """How one system writes its exports. docs/import.md explains every key."""

    name: str = Default(min_length=1)
    title: str = ""
    layout: Literal["intervals", "calls"] = "intervals"
    """A row an interval, or a row a call."""
    marks: tuple[str, ...] = ()
    """Columns by which the export is known."""
    columns: dict[str, Source]
    label: Literal["start", "end"] = "start"
    """Which end of an interval its time names."""
    minutes: int | None = Default(None, ge=1, le=1440)
    zone: str | None = None
    """The zone of its clock, where that is not the site's: UTC."""
    credited: Literal["arrival", "answer", "end"] = "arrival"
    """The moment of a call that decides in which interval it is counted."""
    needs: tuple[Part, ...] = ()
    """Parts of the handling time without which the others would give a wrong one."""
    apart: tuple[str, ...] = ()
    """Columns that tell rows of one queue apart, such as the media type."""
    apart_but: tuple[str, ...] = ("voice", "phone", "call")
    """Values of them that go without saying."""
    service_level_of: Literal["offered", "handled"] = "offered"
    """What a service level is a share of."""
    within_s: float | None = Default(None, ge=0)
    short_s: float | None = Default(None, ge=0)
    date_order: Order | None = None
    decimal: Literal[".", ","] | None = None
    totals: tuple[str, ...] = ()
    """Words that mark a row of totals, besides the usual ones."""

    @field_validator("columns", mode="before")
    @classmethod
    def _short_forms(cls, columns: Any) -> Any:
        if isinstance(columns, dict):
            for ours in columns:
                if ours not in _ALL:
                    raise Refused(ours, f"unknown column {ours!r}", nearest(ours, dict.fromkeys(_ALL)))
            return {
                ours: {"column": theirs} if isinstance(theirs, str | list | tuple) else theirs
                for ours, theirs in columns.items()
            }
        return columns

    def resolve(self, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return for each of our columns the file's columns that it comes from, if they are there."""
        folded = {fold(name): name for name in reversed(columns) if name}
        found = {ours: source.found_in(folded) for ours, source in self.columns.items()}
        found = {ours: theirs for ours, theirs in found.items() if theirs}
        if self.layout == "intervals" and self.name != GENERIC:
            used = {name for theirs in found.values() for name in theirs}
            for ours in PLACE:
                # Another's name for the start is no second start.
                if ours in found or (ours in ("start", "end") and {"start", "end"} & set(found)):
                    continue
                theirs = profiles()[GENERIC].columns[ours].found_in(folded)
                if theirs and not set(theirs) & used:
                    found[ours] = theirs
        apart = tuple(folded[fold(name)] for name in self.apart if fold(name) in folded)
        return found | ({"apart": apart} if apart else {})

    def lacks(self, columns: Sequence[str]) -> list[str]:
        """Return in words what a file with these columns lacks to be read by this profile."""
        found = self.resolve(columns)
        folded = {fold(name) for name in columns}
        lacking = [f"the column {mark!r}" for mark in self.marks if fold(mark) not in folded]
        if self.layout == "calls":
            needed = [
                ({"arrival"}, "the time of arrival"),
                ({"answer", "wait_s"}, "the time of the answer (or the wait)"),
            ]
            return lacking + [words for any_of, words in needed if not any_of & set(found)]
        if not {"date", "start", "end"} & set(found):
            lacking.append("the time of the interval")
        if not ({"offered"} & set(found) or {"handled", "abandoned"} <= set(found)):
            lacking.append("calls offered (or handled and abandoned)")
        return lacking


@cache
def fold(name: str) -> str:
    """Return a column's name without what differs from one release to the next: case, blanks, marks.

    >>> fold("Avg Handle Time (sec)") == fold("avg_handle_time_sec")
    True
    """
    return re.sub(r"[^\w%]|_", "", name.casefold())


@cache
def profiles() -> dict[str, Profile]:
    """Return the profiles that come with callplan, by name.

    >>> sorted(profiles())[:3]
    ['amazon_connect', 'avaya_cms', 'call_log']
    """
    return {path.stem: Profile.from_toml(path) for path in sorted(SHIPPED.glob("*.toml"))}


def recognise(columns: Sequence[str], own: Iterable[Profile] = ()) -> Profile:
    """Return the profile that these columns give away.

    The user's `own` come first. Among several the one that explains most columns; two that are
    equally good are refused, and so is none.

    >>> recognise(["csq_name", "date", "time", "calls_presented", "calls_handled"]).name
    'cisco_uccx'
    """
    for known in (list(own), list(profiles().values())):
        fitting = [profile for profile in known if not profile.lacks(columns)]
        # Columns that give a system away say more than names that anybody may use.
        marked = [profile for profile in fitting if profile.marks] or fitting
        explained = [len(_explained(profile, columns)) for profile in marked]
        best = [profile for profile, n in zip(marked, explained, strict=True) if n == max(explained)]
        if len(best) > 1:
            names = " and ".join(profile.name for profile in best)
            raise Tied("columns", f"{names} fit them equally well", "name the profile")
        if best:
            return best[0]
    lacking = " and ".join(profiles()[GENERIC].lacks(columns))
    raise Refused(
        "columns",
        f"its columns are not known (there are: {shown(columns)}); it lacks {lacking}",
        "say which is which in a profile of your own: docs/import.md shows how",
    )


def shown(columns: Sequence[str]) -> str:
    """Return some columns' names, and of what is no text but its beginning."""
    names = ", ".join([name for name in columns if name][:30]) or "none"
    return names if names.isprintable() else repr(names)[:_MOST_JUNK]


def reason(profile: Profile, columns: Sequence[str]) -> str:
    """Return why a profile fits these columns.

    >>> reason(profiles()["five9"], ["Skill", "Date", "Time", "Calls Inbound", "Our notes"])
    'it has Calls Inbound, and 4 of its 5 columns are known'
    """
    marks = f"it has {', '.join(profile.marks)}, and " if profile.marks else ""
    named = [name for name in columns if name]
    return f"{marks}{len(_explained(profile, columns))} of its {len(named)} columns are known"


def _explained(profile: Profile, columns: Sequence[str]) -> set[str]:
    return {name for theirs in profile.resolve(columns).values() for name in theirs}


def named(profile: "str | Profile", own: Iterable[Profile] = ()) -> Profile:
    """Return the profile of that name, the user's own before those that come with callplan."""
    if isinstance(profile, Profile):
        return profile
    known = {**profiles(), **{one.name: one for one in own}}
    if profile not in known:
        raise Refused("profile", f"unknown profile {profile!r}", nearest(profile, [*known, "auto"]))
    return known[profile]
