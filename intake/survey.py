"""What is settled of a file as a whole, before its first row is read: never cell by cell, never guessed."""

import math
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from callplan.errors import Refused
from intake.cells import Cells
from intake.clocks import MINUTE, NONE, ORDERS, Order, Spelling, moments, orders
from intake.marks import MarkEvidence
from intake.numbers import Marks
from intake.profile import COUNTS, DURATIONS, Profile
from intake.sources import Batch, Source
from intake.survey_rows import MidnightEvidence, ShareEvidence, any_day

_NOT_YEAR_FIRST = (
    r"(?i)^(?P<date>(?:[a-z]{3,9}\.?,? +)?\d{1,2}[-/. ]+\d{1,2}[-/. ]+(?:\d{4}|\d{1,2}))(?:\D|$)"
)
_MAYBE_OFFSET = r"^\d{4}-\d\d-\d\d[ Tt]\d\d:\d\d(?::\d\d)?-\d\d:?\d\d$"
_SECONDS_THEN_OFFSET = r":\d\d:\d\d(?:\.\d+)?-\d\d:?\d\d$"


@dataclass(frozen=True)
class Settled:
    """How the file writes dates, numbers and shares."""

    spelling: Spelling
    marks: Marks
    share_whole: float
    """What a bare share is out of: 1 or 100."""
    step: int | None
    """The whole minutes that its times stand apart; None where there is but midnight."""
    spans: bool
    """Whether labels are spans, such as 09:00-09:30."""
    days: bool
    """Whether its rows have dates, and no time of day but perhaps midnight."""
    clocks: bool
    """Whether any time of day stands in it."""
    midnight_closes: bool
    """Whether an end of 00:00 has the date of the day that it closes."""
    remarks: tuple[str, ...]


def survey(
    source: Source, profile: Profile, columns: dict[str, tuple[str, ...]], date_order: Order | None
) -> Settled:
    """Read through a file once and settle how it writes things, or refuse what nothing in it settles."""
    file = source.path.name
    dates, marks, clocks, share = DateEvidence(), MarkEvidence(), ClockEvidence(), ShareEvidence()
    midnight = MidnightEvidence(profile, columns)
    times = [name for ours in ("date", "start", "end", "arrival", "answer") for name in columns.get(ours, ())]
    counts = [name for ours in COUNTS for name in columns.get(ours, ())]
    shares = list(columns.get("service_level", ()))
    amounts = [name for ours in DURATIONS for name in columns.get(ours, ())] + counts + shares
    edge = columns.get("start", ()) or columns.get("end", ()) or columns.get("date", ())
    for batch in source.batches(list(dict.fromkeys(times + amounts + midnight.needs()))):
        for name, cells in batch.cells.items():
            if name in times:
                dates.see(name, cells, batch)
                if profile.layout == "intervals":
                    clocks.see(cells, is_edge=name in edge)
            elif name in amounts:
                marks.see(name, cells, batch, is_count=name in counts)
            if name in shares:
                share.see(cells)
        midnight.see(batch)
    order, by_dates = dates.order(file, date_order or profile.date_order)
    decimal, by_marks = (profile.decimal, None) if profile.decimal else marks.decimal(file, source.separator)
    whole, by_shares = share.whole(*shares[:1])
    remarks = tuple(text for text in (by_dates, by_marks, by_shares, midnight.remark()) if text)
    return Settled(
        clocks.spelling(order),
        Marks(decimal),
        whole,
        clocks.step(),
        clocks.spans,
        clocks.days and clocks.step() is None,
        bool(clocks.minutes),
        midnight.closes(),
        remarks,
    )


@dataclass
class DateEvidence:
    """Which orders of day, month and year all dates of a file allow."""

    seen: dict[tuple[bool, ...], tuple[str, str]] = field(default_factory=dict)
    """For each set of orders that some date allows, the first such date and where it stands."""

    def see(self, column: str, cells: Cells, batch: Batch) -> None:
        """Take in a column of a batch."""
        dates = pc.struct_field(pc.extract_regex(cells.text, _NOT_YEAR_FIRST), "date").dictionary_encode()
        text = dates.dictionary
        if not len(text):
            return
        found = orders(text)
        for allowed in {tuple(row) for row in found.tolist()} - set(self.seen) - {(False, False, False)}:
            known = int((found == allowed).all(axis=1).argmax())
            first = int(pc.index(dates.indices, known).as_py())
            row = batch.rows[cells.first_row(first)]
            self.seen[allowed] = text[known].as_py(), f"row {row}, column {column}"

    def order(self, file: str, wanted: Order | None) -> tuple[Order, str | None]:
        """Return what 05/06/2024 means, and a remark where a date proved it; refuse what is open."""
        possible = [order for place, order in enumerate(ORDERS) if all(row[place] for row in self.seen)]
        if not self.seen:
            return wanted or "dmy", None
        if wanted and wanted not in possible:
            text, where = next(found for row, found in self.seen.items() if not row[ORDERS.index(wanted)])
            other = f"date_order {' or '.join(possible)} fits all" if possible else "the file mixes them"
            raise Refused(
                f"{file}, {where}", f"found {text!r}, which is no date in the order {wanted}", other
            )
        if wanted:
            return wanted, None
        if len(possible) == 1:
            found = [found for row, found in self.seen.items() if sum(row) == 1]
            proof = f"as {found[0][0]!r} ({found[0][1]}) shows" if found else "as its dates together show"
            return possible[0], f"dates are read as {possible[0]}, {proof}"
        if not possible:
            (one, where), (other, there) = [found for row, found in self.seen.items() if sum(row) < 3][:2]
            raise Refused(
                f"{file}, {where}",
                f"found {one!r}, and {other!r} in {there}: the file has dates both ways round",
                "export it again with one form of date",
            )
        text, where = next(iter(self.seen.values()))
        ways = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
        raise Refused(
            f"{file}, {where}",
            f"found {text!r}, which can be read {' and '.join(ways[order] for order in possible)}, "
            "and no date of the file tells",
            f"give the order of its dates: date_order (--date-order {' or '.join(possible)})",
        )


@dataclass
class ClockEvidence:
    """How times of day are written, and how far they stand apart."""

    digits: set[int] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)
    offsets: list[bool] = field(default_factory=list)
    spans: bool = False
    days: bool = False

    def see(self, cells: Cells, *, is_edge: bool) -> None:
        """Take in a column of a batch; `is_edge`: it names an end of each interval."""
        maybe = cells.text.filter(pc.match_substring_regex(cells.text, _MAYBE_OFFSET))
        if len(maybe):
            length = moments(Cells(np.arange(len(maybe)), maybe), Spelling()).length
            surely = pc.any(pc.match_substring_regex(maybe, _SECONDS_THEN_OFFSET)).as_py()
            self.offsets.append(surely or bool((length > 60 * MINUTE).any()))
        if is_edge:
            alone = cells.text.filter(pc.match_substring_regex(cells.text, r"^\d{1,2}$"))
            self.digits |= {int(text) for text in alone.to_pylist()}
            found = moments(cells, Spelling("dmy", offsets=any(self.offsets)))
            self.minutes |= set(np.unique(found.clock[found.clock != NONE] // MINUTE).tolist())
            self.spans |= bool((found.length != NONE).any())
            self.days = self.days or bool((any_day(cells) != NONE).any())

    def spelling(self, order: Order) -> Spelling:
        """Return how the file writes its times."""
        return Spelling(order, self._hour_alone(), any(self.offsets))

    def _hour_alone(self) -> bool:
        # 9, 10, 11 are hours; 0, 15, 30, 45 are the first hour of 0, 15, 30, 45, 100.
        alone = self.digits == self.minutes and not self.digits <= {0, 15, 30, 45}
        return alone and bool(self.digits) and max(self.digits) <= 24

    def step(self) -> int | None:
        """Return the most minutes that divide all times of day; None where there is but midnight."""
        minutes = {60 * hour for hour in self.digits} if self._hour_alone() else self.minutes
        return math.gcd(*minutes, 1440) if minutes - {0} else None
