"""Rosters of a site: what they are made from, what they say, their folder, and how they are changed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.tables import TABLES, check
from planning import (
    Roster,
    Site,
    expected_service,
    read_roster,
    reschedule_site,
    roster_site,
    staff_site,
    summarise_roster,
)
from reporting.roster_folder import write_roster_folder
from scheduling.changes import Change
from scheduling.verify import verify

pytestmark = pytest.mark.usefixtures("brief_search")

ZONE = "Europe/Paris"
SETTINGS = """
zone = "Europe/Paris"

[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.3
patience_s = 180

[shifts.contracts.FT]
lengths_h = [8.5]
[shifts.contracts.PT]
lengths_h = [4.0]

[shifts.roster]
days_off_joined = 2
"""
PEOPLE = pd.DataFrame(
    {
        "person": [f"P{number:02}" for number in range(1, 13)],
        "contract": ["FT"] * 9 + ["PT"] * 3,
        "skills": "sales",
        "leave": ["2024-05-08"] + [None] * 11,
        "days_off": [None] * 4 + ["sat"] * 8,
        "prefers": [None, "early", "late"] * 4,
    }
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("site") / "site.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return Site.from_toml(path)


@pytest.fixture(scope="module")
def requirement(site: Site) -> pd.DataFrame:
    """A week of a small queue, 08:00 to 20:00, with a peak at noon."""
    days = [
        pd.date_range(f"2024-05-{day:02} 08:00", periods=24, freq="30min", tz=ZONE) for day in range(6, 13)
    ]
    start = days[0].append(days[1:])
    forecast = pd.DataFrame(
        {
            "queue": "sales", "start": start, "model": "given", "cutoff": start[0], "minutes": 30,
            "calls": np.tile(12 * np.exp(-(((np.arange(24) - 9) / 8) ** 2)), 7),
            **dict.fromkeys(("calls_lo", "calls_hi", "level"), np.nan), "aht_s": 240.0,
        }
    )  # fmt: skip
    return staff_site(forecast, site)


@pytest.fixture(scope="module")
def roster(site: Site, requirement: pd.DataFrame, brief_search: None) -> Roster:
    return roster_site(requirement, site, PEOPLE)


@pytest.fixture
def folder(roster: Roster, tmp_path: Path) -> Path:
    write(roster, tmp_path / "roster")
    return tmp_path / "roster"


def write(roster: Roster, folder: Path) -> None:
    write_roster_folder(
        roster.tables(),
        folder,
        title="Roster",
        summary=summarise_roster(roster),
        settings={"site.toml": SETTINGS.encode()},
        kinds=roster.kinds(),
    )


def test_a_roster_keeps_every_rule_and_says_what_service_it_gives(roster: Roster, site: Site) -> None:
    verdict = verify(roster.schedule, PEOPLE, site.shifts, requirement=roster.requirement)
    assert verdict.hard == 0
    assert verdict.cost == pytest.approx(roster.schedule.outcome[0].cost)
    plain = roster.schedule.coverage.drop(columns="service_level")
    pd.testing.assert_frame_equal(expected_service(plain, roster.requirement, site), roster.schedule.coverage)
    for name, table in roster.tables().items():
        check(table, TABLES[name])


def test_a_roster_comes_back_from_its_folder_as_it_was(roster: Roster, folder: Path) -> None:
    back = read_roster(folder)
    assert back.site == roster.site
    assert back.tables().keys() == roster.tables().keys()
    for name, table in roster.tables().items():
        again = back.tables()[name].reset_index(drop=True)
        pd.testing.assert_frame_equal(again, table, check_dtype=False, rtol=1e-12)


def test_a_folder_without_a_roster_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(Refused, match="no roster; name a folder that `callplan schedule --to` has written"):
        read_roster(tmp_path)
    (folder / "people.csv").unlink()
    with pytest.raises(Refused, match=r"people\.csv: no such file"):
        read_roster(folder)


def test_the_summary_counts_what_the_tables_hold(roster: Roster) -> None:
    size, cost, short, fair, service = summarise_roster(roster)
    shifts, coverage, duties = roster.schedule.shifts, roster.schedule.coverage, roster.schedule.duties
    paid = f"{len(shifts)} shifts, {shifts['paid_h'].sum():,.0f} paid hours"
    assert size == f"Mon 6 May to Sun 12 May 2024: 12 people, {paid}."
    assert cost.startswith(f"Cost {roster.schedule.outcome[0].cost:,.1f}, ")
    under, over = coverage["under"].sum() / 2, coverage["over"].sum() / 2
    assert f"{over:,.1f} hours are beyond the need" in short
    assert short.startswith(f"Short are {under:,.1f} of " if under else "Nothing is short")
    assert f"{duties['wishes_met'].sum()} of {duties['wishes'].sum()} wishes are granted" in fair
    calls = roster.requirement["calls"].to_numpy()
    level = np.average(coverage["service_level"], weights=calls)
    assert service == f"Expected service level: sales {level:.1%}."
    assert not any(
        person in line for line in (size, cost, short, fair, service) for person in PEOPLE["person"]
    )


def test_kinds_are_told_apart_by_the_clock_times_of_the_rules(roster: Roster) -> None:
    assert roster.kinds() == {"early": "03:00", "mid": "09:00", "late": "12:00", "night": "20:00"}


def test_a_queue_that_the_site_does_not_know_is_refused_before_the_search(
    requirement: pd.DataFrame, site: Site
) -> None:
    said: list[str] = []
    with pytest.raises(Refused, match="queues: no queue 'sails'; did you mean sales"):
        roster_site(requirement.assign(queue="sails"), site, PEOPLE, progress=said.append)
    assert said == []


def test_who_is_sick_is_off_and_stays_off_when_it_is_changed_again(roster: Roster, folder: Path) -> None:
    person = roster.schedule.shifts.loc[lambda rows: rows["start"] >= "2024-05-09", "person"].iloc[0]
    sick = Change(absences=[{"person": person, "from": "2024-05-09", "until": "2024-05-12"}])
    now = pd.Timestamp("2024-05-08 20:00", tz=ZONE)
    after = reschedule_site(read_roster(folder), sick, now=now)

    def works(rows: Roster) -> pd.Series:
        own = rows.schedule.shifts[rows.schedule.shifts["person"] == person]
        return own.loc[own["start"] >= "2024-05-09", "start"]

    assert len(works(roster)) > 0
    assert works(after).empty
    assert set(after.changes.loc[after.changes["person"] == person, "reason"]) == {"sick"}
    assert "Changed from what was published: " in summarise_roster(after)[2]
    # Changed once more, for somebody else, the days that were lost are days of leave.
    write(after, folder.parent / "second")
    second = read_roster(folder.parent / "second")
    assert second.changes is not None
    other = next(name for name in PEOPLE["person"] if name != person)
    off = Change(absences=[{"person": other, "from": "2024-05-10", "until": "2024-05-10"}], change_cost=0.0)
    third = reschedule_site(second, off, now=now)
    lost = set(works(roster).dt.date)
    assert not lost & set(works(third).dt.date)


def test_a_new_requirement_moves_people_to_where_they_are_needed(roster: Roster) -> None:
    more = roster.requirement["start"].dt.date.astype(str) == "2024-05-10"
    needed = roster.requirement.assign(rostered=roster.requirement["rostered"].where(~more, 12))
    now = pd.Timestamp("2024-05-06 00:00", tz=ZONE)
    after = reschedule_site(roster, Change(change_cost=0.5), now=now, requirement=needed)

    def heads(rows: Roster) -> float:
        coverage = rows.schedule.coverage
        return coverage.loc[coverage["start"].dt.date.astype(str) == "2024-05-10", "staffed"].sum()

    assert heads(after) > heads(roster)
    assert after.requirement["rostered"].max() == 12
