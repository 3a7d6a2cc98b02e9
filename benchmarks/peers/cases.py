"""Histories to forecast, from when on, and what came."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from callplan.errors import Refused, Remark
from callplan.instants import Dst
from callplan.intervals import grid, local_day, minute_of_day
from callplan.tables import HISTORY, read
from forecasting import Calendar
from intake.bank_calls import bank_calls
from peers.past import Past

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FRENCH = ("CAT", "Services", "Tech_Axa", "Telephonie")
LEAST_WEEKS = 8


@dataclass(frozen=True)
class Case:
    """A history, the days that forecasts of it begin on, and what `auto` is to reach on it, percent."""

    name: str
    history: pd.DataFrame
    """With the local day and the slot of the day of each row."""
    country: str | None
    origins: list[pd.Timestamp]
    target: float | None = None
    ambition: float | None = None

    @property
    def calendar(self) -> Calendar | None:
        """The calendar for callplan."""
        return Calendar(self.country) if self.country else None

    @property
    def queues(self) -> list[str]:
        """The queues' names."""
        return sorted(self.history["queue"].unique())

    def table(self) -> pd.DataFrame:
        """Return the history as callplan takes it."""
        return self.history[["queue", "start", "minutes", "offered"]]

    def fitting(self, days: int) -> list[pd.Timestamp]:
        """Return the origins whose `days` days lie wholly in the history, closed weekdays apart."""
        last, open_weekdays = self.history["day"].max(), self.history["day"].dt.day_of_week.unique()
        while (last + pd.Timedelta(days=1)).day_of_week not in open_weekdays:
            last += pd.Timedelta(days=1)
        return [origin for origin in self.origins if origin + pd.Timedelta(days=days - 1) <= last]

    def truth(self, queue: str, origin: pd.Timestamp, days: int) -> pd.DataFrame:
        """Return what came in the `days` days from the origin: rows with a count, which alone are scored."""
        rows = self.history
        due = (rows["queue"] == queue) & (rows["day"] >= origin) & rows["offered"].notna()
        return rows[due & (rows["day"] < origin + pd.Timedelta(days=days))]

    def past(self, queue: str, origin: pd.Timestamp, days: int) -> Past:
        """Return what the peers are given to forecast the `days` days from the origin."""
        rows = self.history[(self.history["queue"] == queue) & (self.history["day"] < origin)]
        slots = range(1440 // int(rows["minutes"].iloc[0]))
        counts = rows.pivot_table(index="day", columns="slot", values="offered", aggfunc="mean")
        every_day = pd.date_range(rows["day"].min(), origin - pd.Timedelta(days=1))
        ahead = pd.date_range(origin, periods=days)
        matrix = counts.reindex(index=every_day, columns=slots).to_numpy(float)
        return Past(every_day, matrix, ahead, self._holidays(every_day[0], ahead[-1]))

    def _holidays(self, first: pd.Timestamp, last: pd.Timestamp) -> dict:
        if self.country is None:
            return {}
        from holidays import country_holidays

        named = country_holidays(self.country, years=range(first.year, last.year + 1))
        return {day: name for day, name in sorted(named.items()) if first.date() <= day <= last.date()}


def known_cases() -> list[Case]:
    """Return the three data sets, with the origins that their published figures are of.

    Where they are not there, it is the bank of the demo alone, the first of them.
    """
    bank = bank_case(bank_calls()[["queue", "start", "minutes", "offered"]])
    return [bank, *(french_and_anonbank() if DATA.is_dir() else ())]


def bank_case(bank: pd.DataFrame) -> Case:
    """Return the bank, with every Monday from the thirteenth on as origin."""
    weekdays = pd.bdate_range(bank["start"].iloc[0].date(), bank["start"].iloc[-1].date())
    origins = list(weekdays[60 : len(weekdays) - 4 : 5])
    return Case("bank_2003", placed(bank), "US", origins, 6.0, 5.5)


def french_and_anonbank() -> list[Case]:
    """Return the two data sets that do not come with any package."""
    anonbank = load(DATA / "anonbank_1999.csv", "Asia/Jerusalem")
    days = pd.date_range(anonbank["start"].iloc[0].date(), anonbank["start"].iloc[-1].date())
    anonbank_origins = list(days[140:-6][days[140:-6].day_of_week == 6][::2])
    french = load(DATA / "assistance_fr_2011_2012.csv.gz", "Europe/Paris")
    french = with_zeros(french[french["queue"].isin(FRENCH)])
    french_origins = list(pd.date_range("2012-07-02", "2012-12-17", freq="14D"))
    return [
        Case("anonbank_1999", placed(anonbank), "IL", anonbank_origins, 24.0, 22.5),
        Case("assistance_fr", placed(french), "FR", french_origins, 17.4, 16.7),
    ]


def case_of(path: Path, zone: str, country: str | None, dst: Dst) -> Case:
    """Return a file as a case: the Mondays of its last quarter, or refuse one too short for that."""
    history = load(path, zone, dst)
    days = local_day(history["start"])
    first, last = days.min(), days.max()
    begin = max(first + pd.Timedelta(weeks=LEAST_WEEKS), last - (last - first) / 4)
    mondays = pd.date_range(begin.normalize(), last - pd.Timedelta(days=6), freq="W-MON")
    if mondays.empty:
        found = f"no Monday with {LEAST_WEEKS} weeks before it and one after"
        raise Refused(path.name, found, "give a longer history")
    return Case(path.name.partition(".")[0], placed(history), country, list(mondays))


def placed(history: pd.DataFrame) -> pd.DataFrame:
    """Return the history with the local `day` of each row, and the `slot` of the day."""
    slot = minute_of_day(history["start"]) // history["minutes"]
    return history.assign(day=local_day(history["start"]), slot=slot)


def load(path: Path, zone: str, dst: Dst = "as_recorded") -> pd.DataFrame:
    """Read a history, and only the columns that say what was offered."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        return read(path, HISTORY, zone, dst)[["queue", "start", "minutes", "offered"]]


def with_zeros(history: pd.DataFrame) -> pd.DataFrame:
    """Return the history with zero calls in the rows that queues lack: here that is closed, or no call.

    A doubled hour that was recorded once stays so.
    """
    days, zone = local_day(history["start"]), history["start"].dt.tz
    minutes = int(history["minutes"].iloc[0])
    starts = grid(days.min().date(), days.max().date(), minutes, zone)
    parts = [history]
    for queue, rows in history.groupby("queue"):
        recorded = rows["start"].dt.tz_localize(None)
        absent = starts[~starts.dt.tz_localize(None).isin(recorded) & local_day(starts).isin(days)]
        parts.append(pd.DataFrame({"queue": queue, "start": absent, "minutes": minutes, "offered": 0.0}))
    return pd.concat(parts).sort_values(["queue", "start"], ignore_index=True)
