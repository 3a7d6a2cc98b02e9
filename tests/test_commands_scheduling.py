"""The doors of shifts and people: schedule, why, reschedule, offers, hire; folders, refusals, exit codes."""

import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import (
    CAPACITY,
    CHANGES,
    COVERAGE,
    HIRING,
    OFFERS,
    REQUIREMENT,
    SHIFT_PLAN,
    SHIFTS,
    read,
    write,
)
from cli import main
from planning import Site, read_roster, staff_site

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
HIRING_SETTINGS = """
[hiring.contracts.FT]
monthly_attrition = 0.03
training_weeks = 1
cost_per_hire = 10
"""
NAMES = [f"desk {letter}" for letter in "ABCDEFGHIJKL"]
PEOPLE = ["person,contract,skills,leave,days_off,prefers"] + [
    f"{name},{'PT' if name > 'desk I' else 'FT'},sales,{'2024-05-08' if name == 'desk A' else ''},sat,"
    for name in NAMES
]
ROSTER = ("schedule", "requirement.csv", "--people", "people.csv")
NOW = "2024-05-02T12:00"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def requirement(last: date, calls: float = 10.0) -> pd.DataFrame:
    """What a small queue needs, open 08:00 to 20:00, from Monday 6 May 2024 on."""
    start = grid(date(2024, 5, 6), last, 60, ZONE, OpeningHours.parse({"mon-sun": "08:00-20:00"}))
    forecast = pd.DataFrame(
        {
            "queue": "sales", "start": start, "model": "given", "cutoff": start.iloc[0], "minutes": 60,
            "calls": calls * (1 + 0.5 * np.sin((start.dt.hour - 8) / 4)),
            **dict.fromkeys(("calls_lo", "calls_hi", "level"), np.nan), "aht_s": 240.0,
        }
    )  # fmt: skip
    return staff_site(forecast, Site.from_toml("site.toml"))


def fill(folder: Path) -> None:
    """Write settings, people and a week's requirement."""
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "people.csv").write_text("\n".join(PEOPLE) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, brief_search: None) -> tuple[Path, Result]:
    """A folder with a roster, made once, and what the command said."""
    folder = tmp_path_factory.mktemp("made")
    fill(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write(requirement(date(2024, 5, 12)), "requirement.csv")
        done = run(*ROSTER, "--to", "roster", "--calendars", "--now", NOW)
    return folder, done


@pytest.fixture
def here(made: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of that folder."""
    shutil.copytree(made[0], tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_a_plan_without_people_is_as_before(here: Path) -> None:
    done = run("schedule", "requirement.csv", "-o", "plan.csv", "--coverage", "coverage.csv")
    assert done.exit_code == 0, done.output
    assert "sales: " in done.stderr
    assert read("plan.csv", SHIFT_PLAN, ZONE)["heads"].sum() > 0
    assert read("coverage.csv", COVERAGE, ZONE)["service_level"].notna().all()


def test_a_roster_says_how_far_it_is_what_is_short_and_how_fair_it_is(made: tuple[Path, Result]) -> None:
    folder, done = made
    assert done.exit_code == 0, done.output
    assert re.search(
        r"^\d+% searched, cost [\d,]+(, at most [\d.]+% above the least possible)?$", done.stderr, re.M
    )
    assert re.search(r"^sales: \w+, cost [\d.]+; no plan costs less than [\d.]+ \(gap ", done.stderr, re.M)
    lines = done.stdout.splitlines()
    assert lines[-1] == "The roster is roster/roster.xlsx; the tables stand beside it."
    assert lines[:-1] == (folder / "roster" / "summary.txt").read_text(encoding="utf-8").splitlines()
    assert lines[2].startswith(("Short are ", "Nothing is short"))
    assert re.fullmatch(r"Each person has .*; \d+ of \d+ wishes are granted\.", lines[3])


def test_the_folder_holds_all_that_the_roster_is_and_was_made_from(made: tuple[Path, Result]) -> None:
    folder = made[0] / "roster"
    tables = ["activities", "coverage", "duties", "outcome", "people", "requirement", "shift_plan", "shifts"]
    others = ["calendars", "coverage.png", "gantt.png", "roster.xlsx", "site.toml", "summary.txt"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*(f"{name}.csv" for name in tables), *others]
    )
    assert sorted(path.stem for path in (folder / "calendars").iterdir()) == [
        name.replace(" ", "_") for name in NAMES
    ]
    assert "DTSTAMP:20240502T100000Z" in (folder / "calendars" / "desk_A.ics").read_text(encoding="utf-8")
    assert (folder / "site.toml").read_text(encoding="utf-8") == SETTINGS
    roster = read_roster(folder)
    assert set(roster.schedule.shifts["person"]) <= set(NAMES)
    assert list(roster.people["person"]) == NAMES


def test_the_same_again_is_the_same_bytes_and_what_is_gone_is_set_aside(here: Path) -> None:
    before = {path.relative_to(here): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert run(*ROSTER, "--to", "roster", "--calendars", "--now", NOW).exit_code == 0
    assert before == {path.relative_to(here): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    # Without calendars the old ones would mislead.
    assert run(*ROSTER, "--to", "roster").exit_code == 0
    assert {path.name for path in Path("roster/calendars").iterdir()} == {
        f"{name.replace(' ', '_')}.old.ics" for name in NAMES
    }


def test_shifts_alone_go_to_a_file_or_to_the_screen(here: Path) -> None:
    before = sorted(here.iterdir())
    done = run(*ROSTER, "--format", "json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert set(rows[0]) == {"person", "start", "end", "shift", "paid_h"}
    assert sorted(here.iterdir()) == before
    assert run(*ROSTER, "-o", "shifts.csv", "--coverage", "covered.csv").exit_code == 0
    assert len(read("shifts.csv", SHIFTS, ZONE)) == len(rows)
    assert read("covered.csv", COVERAGE, ZONE)["staffed"].sum() > 0


def test_the_weeks_before_hold_across_the_border(here: Path) -> None:
    start = pd.date_range("2024-04-30 09:00", periods=6, freq="D", tz=ZONE)
    end = start + pd.Timedelta(hours=8.5)
    six = pd.DataFrame({"person": "desk B", "start": start, "end": end, "shift": "8.5h", "paid_h": 8.0})
    write(six, "before.csv")
    assert run(*ROSTER, "--previous", "before.csv", "--to", "second").exit_code == 0
    roster = read_roster("second")
    own = roster.schedule.shifts[roster.schedule.shifts["person"] == "desk B"]
    assert own["start"].min() >= pd.Timestamp("2024-05-07", tz=ZONE)
    assert roster.previous is not None
    assert len(roster.previous) == 6


def test_pseudonyms_leave_no_name_anywhere_but_in_the_key(here: Path) -> None:
    out = ("--to", "hidden", "--calendars", "--now", NOW, "--pseudonyms", "key.csv")
    done = run(*ROSTER, *out)
    assert done.exit_code == 0, done.output
    assert "desk" not in done.stdout
    for path in (path for path in Path("hidden").rglob("*") if path.is_file()):
        assert "desk" not in path.name
        contents = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                contents = [book.read(name) for name in book.namelist()]
        assert not any(b"desk" in content for content in contents), path.name
    key = pd.read_csv("key.csv")
    assert sorted(key["person"]) == NAMES
    assert sorted(key["pseudonym"]) == [f"P{number:03}" for number in range(1, 13)]
    # The roster is the same, and who has a pseudonym keeps it.
    named, hidden = read_roster("roster").schedule.shifts, read_roster("hidden").schedule.shifts
    pseudonym = dict(zip(key["person"], key["pseudonym"], strict=True))
    again = named.assign(person=named["person"].map(pseudonym)).sort_values(
        ["person", "start"], ignore_index=True
    )
    pd.testing.assert_frame_equal(again, hidden, check_dtype=False)
    first = Path("key.csv").read_bytes()
    assert run(*ROSTER, *out).exit_code == 0
    assert Path("key.csv").read_bytes() == first


ROW = "desk C,FT,sales,,sat,"
BAD_PEOPLE = {
    "contract": ("desk C,FTT,sales,,sat,", "people.csv, row 4, column contract: unknown contract 'FTT'"),
    "skill": ("desk C,FT,sails,,sat,", "people.csv, row 4, column skills: unknown skill 'sails'"),
    "leave": ("desk C,FT,sales,2024-07-01,sat,", "people.csv, row 4, column leave: 2024-07-01 is outside"),
    "twice": ("desk B,FT,sales,,sat,", "people.csv, row 4, columns person: desk B stands in row 3 too"),
}


@pytest.mark.parametrize("case", BAD_PEOPLE)
def test_people_who_cannot_be_used_are_refused_with_file_and_row(here: Path, case: str) -> None:
    row, message = BAD_PEOPLE[case]
    text = Path("people.csv").read_text(encoding="utf-8")
    assert ROW in text
    Path("people.csv").write_text(text.replace(ROW, row), encoding="utf-8")
    before = sorted(here.rglob("*"))
    done = run(*ROSTER, "--to", "new")
    assert done.exit_code == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("callplan: ")]
    assert len(lines) == 1
    assert lines[0].startswith(f"callplan: {message}"), lines[0]
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("schedule", "requirement.csv", "--to", "new"), "--to: is for a roster; give --people too"),
        (("schedule", "requirement.csv", "--pseudonyms", "key.csv"), "--pseudonyms: is for a roster"),
        ((*ROSTER, "--calendars"), "--calendars: no folder to write them to; give --to FOLDER"),
        ((*ROSTER, "--to", "new", "--now", NOW), "--now: there are no calendars to stamp"),
        ((*ROSTER, "--to", "."), "requirement.csv: a file that no roster has written; name another folder"),
        ((*ROSTER, "--to", "no/such"), "no/such: there is no folder no; make it first"),
        (
            (*ROSTER, "--to", "new", "--pseudonyms", "roster/../new/key.csv"),
            "roster/../new/key.csv: there is no",
        ),
        (
            (*ROSTER, "--to", "roster", "--pseudonyms", "roster/key.csv"),
            "--pseudonyms: roster/key.csv lies in",
        ),
        (("reschedule", "roster", "--to", "roster"), "--to: roster holds the roster that was published"),
        (("reschedule", "."), ".: no roster; name a folder that `callplan schedule --to` has written"),
        (
            ("reschedule", "roster", "--sick", "desk Z 2024-05-07", "--now", NOW),
            "change, absences.0.person: unknown",
        ),
        (("hire", "requirement.csv"), "site.toml: no [hiring]; add it"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_before_any_search(
    here: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(here.rglob("*"))
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    assert done.stderr.splitlines() == [done.stderr.strip()]
    assert done.stderr.startswith(f"callplan: {message}"), done.stderr
    assert sorted(here.rglob("*")) == before


def test_no_roster_keeps_the_rules_ends_with_3_and_points_to_why(here: Path) -> None:
    Path("site.toml").write_text(
        SETTINGS.replace("[shifts.contracts.FT]", "[shifts]\nheads_at_least = 9\n\n[shifts.contracts.FT]"),
        encoding="utf-8",
    )
    done = run(*ROSTER, "--to", "new")
    assert done.exit_code == 3, done.output
    last = done.stderr.splitlines()[-1]
    assert last.startswith("callplan: no roster keeps every hard rule: ")
    assert "`callplan why`" in last
    assert not Path("new").exists()


def test_why_speaks_of_a_plan_of_people_and_of_a_folder(here: Path) -> None:
    plan = run("why", "requirement.csv")
    assert (plan.exit_code, plan.stdout) == (0, ""), plan.output
    assert plan.stderr.endswith("Nothing is short, and no rule is in the way.\n")
    # Three people cannot do what twelve can.
    Path("few.csv").write_text("\n".join(PEOPLE[:4]) + "\n", encoding="utf-8")
    told = run("why", "requirement.csv", "--people", "few.csv", "--windows", "1")
    assert told.exit_code == 0, told.output
    assert re.search(r"sales is short by [\d.]+ of [\d.]+", told.stdout)
    assert re.search(r"^  1\. .*", told.stdout, re.M)
    assert run(*("schedule", "requirement.csv", "--people", "few.csv"), "--to", "small").exit_code == 0
    rows = json.loads(run("why", "small", "--windows", "1", "--ways", "2", "--format", "json").stdout)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) <= 2
    assert rows[0]["queue"] == "sales"


def test_a_sick_day_changes_the_roster_and_leaves_the_published_one(here: Path) -> None:
    before = {path.relative_to(here): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    published = read_roster("roster").schedule.shifts
    day = pd.Timestamp("2024-05-09", tz=ZONE)
    person = published.loc[published["start"] >= day, "person"].iloc[0]
    on = published.loc[(published["person"] == person) & (published["start"] >= day), "start"].iloc[0]
    sick = ("--sick", f"{person} {on:%Y-%m-%d}", "--now", f"{on:%Y-%m-%d}T00:00")
    shown = run("reschedule", "roster", *sick, "--format", "json")
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    lost = next(row for row in rows if row["person"] == person)
    assert (lost["after"], lost["reason"]) == ("off", "sick")
    assert before == {path.relative_to(here): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    done = run("reschedule", "roster", *sick, "--to", "second", "--calendars", "-o", "changes.csv")
    assert done.exit_code == 0, done.output
    assert len(read("changes.csv", CHANGES, ZONE)) == len(rows)
    after = read_roster("second")
    assert after.changes is not None
    own = after.schedule.shifts[after.schedule.shifts["person"] == person]
    assert on not in set(own["start"])
    assert all(before[name] == (here / name).read_bytes() for name in before)


def test_locked_people_stay_whatever_is_needed(here: Path) -> None:
    locked = [option for name in NAMES for option in ("--lock-person", name)]
    needed = read("requirement.csv", REQUIREMENT, ZONE)
    write(needed.assign(rostered=needed["rostered"] + 3), "more.csv")
    more = ("reschedule", "roster", "--requirement", "more.csv", "--now", NOW, "--change-cost", "0")
    nothing = run(*more, *locked)
    assert (nothing.exit_code, nothing.stdout) == (0, ""), nothing.output
    changed = run(*more, *locked[2:], "--format", "json")
    assert {row["person"] for row in json.loads(changed.stdout or "[]")} <= {NAMES[0]}


def test_what_is_offered_for_a_swap_can_be_swapped(here: Path) -> None:
    shifts = read_roster("roster").schedule.shifts
    offered = []
    for person, start in shifts[["person", "start"]].itertuples(index=False):
        found = run(
            "offers", "roster", "--day", f"{start:%Y-%m-%d}", "--swap-for", person, "--format", "json"
        )
        assert found.exit_code == 0, found.output
        offered = json.loads(found.stdout or "[]")
        if offered:
            break
    swap = offered[0]
    assert (swap["kind"], swap["with"]) == ("swap", person)
    theirs = f" {swap['in_exchange'][:10]}" if swap["in_exchange"] else ""
    done = run(
        "reschedule", "roster", "--swap", f"{person} {start:%Y-%m-%d} {swap['person']}{theirs}",
        "--now", NOW, "--format", "json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert {row["person"] for row in rows} == {person, swap["person"]}
    assert all(row["reason"].startswith("swap with ") for row in rows)


def test_offers_of_a_day_mend_what_is_short(here: Path) -> None:
    Path("few.csv").write_text("\n".join(PEOPLE[:5]) + "\n", encoding="utf-8")
    assert run("schedule", "requirement.csv", "--people", "few.csv", "--to", "small").exit_code == 0
    assert run("offers", "small", "--day", "2024-05-09", "-o", "offers.csv").exit_code == 0
    found = read("offers.csv", OFFERS, ZONE)
    mends = found[found["kind"].isin(["overtime", "extra shift"])]
    assert len(mends) > 0
    assert (mends["gain_h"] > 0).all()
    assert set(found["start"].dt.date) == {date(2024, 5, 9)}
    outside = run("offers", "small", "--day", "2024-07-09")
    assert (outside.exit_code, outside.stderr) == (
        1,
        "callplan: day: 2024-07-09 is outside the roster; it runs from 2024-05-06 to 2024-05-12\n",
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--sick", "desk A"),
        ("--sick", "2024-05-07"),
        ("--swap", "desk A desk B"),
        ("--day-off", "desk A may"),
    ],
)
def test_a_change_that_is_not_written_as_it_should_be_is_a_wrong_option(
    here: Path, options: tuple[str, str]
) -> None:
    done = run("reschedule", "roster", *options)
    assert done.exit_code == 2
    assert "is not written as in" in done.stderr


def test_hires_by_week_and_the_hours_that_they_cover(here: Path) -> None:
    Path("site.toml").write_text(SETTINGS + HIRING_SETTINGS, encoding="utf-8")
    write(requirement(date(2024, 6, 30), calls=30.0), "weeks.csv")
    hire = ("hire", "weeks.csv", "--headcount", "FT", "2")
    done = run(*hire, "-o", "hires.csv", "--coverage", "hours.csv")
    assert done.exit_code == 0, done.output
    assert "FT: 3% of those employed when a month begins" in done.stderr
    hires, hours = read("hires.csv", HIRING, ZONE), read("hours.csv", CAPACITY, ZONE)
    assert len(hires) == len(hours) == 8
    assert hires["heads"].iloc[0] == 2 + hires["hires"].iloc[0]
    assert hires["hires"].sum() > 0
    shown = run(*hire, "--format", "table").stdout
    assert "hires" in shown
    assert "needed_h" in shown
    wrong = run("hire", "weeks.csv", "--headcount", "FTX", "2")
    assert (wrong.exit_code, wrong.stderr.splitlines()[-1]) == (
        1,
        "callplan: headcount: no contract 'FTX'; did you mean FT?",
    )
