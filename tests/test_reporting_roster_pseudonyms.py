"""Under pseudonyms no name is left anywhere, and everything else is as it was."""

import re
import stat

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan import tables as floor
from callplan.errors import Refused
from reporting.calendars import write_calendars
from reporting.pseudonyms import draw_pseudonyms, pseudonymise, read_key, without_names, write_key
from reporting.roster_workbook import write_roster_workbook

# What openpyxl does not read.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

PEOPLE = ["Ana", "Ana Silva", "Bo (B.)", "sales", "王伟"]
START = pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")
END = START + pd.Timedelta(hours=8)


@pytest.fixture
def key():
    return draw_pseudonyms(PEOPLE, seed=7)


def a_row_each(**columns):
    return pd.DataFrame({"person": PEOPLE, "start": START, "end": END, **columns})


@pytest.fixture
def tables():
    """One row a person in every table that knows people, names in every sentence."""
    named = [f"{person} and Ana's shift" for person in PEOPLE]
    half = pd.DataFrame({"queue": ["sales"], "start": [START], "minutes": 30, "needed": 6, "staffed": 5.0})
    hole = {"trouble": 1, "rank": 1, "end": END, "short": 1.0, "mends_h": 0.5, "cost": 9.0}
    found = {
        "people": pd.DataFrame({"person": PEOPLE, "contract": "FT", "skills": "sales", "email": "ana@x.org"}),
        "shifts": a_row_each(shift="8 h", paid_h=8.0),
        "activities": a_row_each(activity="work", queue="sales"),
        "coverage": half.assign(over=0.0, under=1.0),
        "duties": pd.DataFrame({"person": PEOPLE, "contract": "FT", "shifts": 1, "paid_h": 8.0, "nights": 0})
        .assign(weekends=0, late_ends=0, wishes=0, wishes_met=0),
        "broken": a_row_each(rule="rest", queue="sales", found=named, price=1.0).drop(columns="end"),
        "changes": a_row_each(before=named, after="off", reason=named).drop(columns="end"),
        "offers": a_row_each(rank=range(1, 1 + len(PEOPLE)), kind="swap", hours=0.0, gain_h=1.0, cost=0.0)
        .assign(**{"with": [*PEOPLE[1:], None]}),
        "conflicts": half[["queue", "start"]].assign(**hole, because=named[:1], way_out=" ".join(PEOPLE)),
    }  # fmt: skip
    return {name: floor.check(table, floor.TABLES[name]) for name, table in found.items()}


def words(table):
    return " ".join(str(cell) for cell in table.to_numpy().ravel())


def test_no_name_is_left_in_any_table(tables, key):
    hidden = pseudonymise(tables, key)
    assert hidden.keys() == tables.keys()
    # "sales" is a queue too, and stays one.
    names = re.compile("|".join(re.escape(name) for name in PEOPLE if name != "sales"))
    for name, table in hidden.items():
        assert not names.search(words(table)), name
        floor.check(table, floor.TABLES[name])
        assert len(table) == len(tables[name])
        assert list(table) == [column for column in tables[name] if column != "email"]
    assert set(hidden["activities"]["queue"]) == {"sales"}
    assert set(hidden["people"]["skills"]) == {"sales"}


def test_a_person_is_the_same_in_every_table(tables, key):
    hidden, pseudonym = pseudonymise(tables, key), dict(zip(key["person"], key["pseudonym"], strict=True))
    for name in ("shifts", "activities", "duties", "broken", "changes", "offers", "people"):
        assert set(hidden[name]["person"]) == set(pseudonym.values())
    offers, swaps = tables["offers"], hidden["offers"].fillna({"with": ""})
    pairs = {(pseudonym[row["person"]], pseudonym.get(row["with"], "")) for row in offers.to_dict("records")}
    assert set(zip(swaps["person"], swaps["with"], strict=True)) == pairs
    found = set(hidden["broken"]["found"])
    assert found == {f"{pseudonym[person]} and {pseudonym['Ana']}'s shift" for person in PEOPLE}
    # Rows stand in the order of the pseudonyms, for that of the names would tell who is who.
    assert list(hidden["shifts"]["person"]) == sorted(pseudonym.values())


def test_tables_given_are_left_as_they_were(tables, key):
    before = {name: table.copy() for name, table in tables.items()}
    pseudonymise(tables, key)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_workbook_and_calendars_of_hidden_tables_name_nobody(tables, key, tmp_path):
    hidden = pseudonymise({name: table for name, table in tables.items() if name != "people"}, key)
    write_roster_workbook(hidden, tmp_path / "roster.xlsx", title="Roster", summary=["5 people"])
    book = openpyxl.load_workbook(tmp_path / "roster.xlsx")
    cells = {str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None}
    assert not [cell for cell in cells if re.search("Ana|Silva|王伟|Bo", cell)]
    paths = write_calendars(hidden["shifts"], hidden["activities"], tmp_path / "ics", now=END)
    assert [path.name for path in paths] == [f"P00{n}.ics" for n in range(1, 6)]
    assert not any(re.search("Ana|王伟|Bo", path.read_text(encoding="utf-8")) for path in paths)


def test_numbers_are_drawn_by_lot():
    orders = {tuple(draw_pseudonyms(PEOPLE, seed=seed)["pseudonym"]) for seed in range(20)}
    assert len(orders) > 10
    assert draw_pseudonyms(reversed(PEOPLE), seed=3).equals(draw_pseudonyms(PEOPLE * 2, seed=3))


def test_a_known_key_is_kept_and_carried_on(key):
    later = draw_pseudonyms(["Ana", "Dee", "Eve"], seed=1, known=key)
    assert later.set_index("person").loc[sorted(PEOPLE)].equals(key.set_index("person").loc[sorted(PEOPLE)])
    assert sorted(later["pseudonym"]) == [f"P00{n}" for n in range(1, 8)]
    assert draw_pseudonyms(PEOPLE, seed=9, known=key).equals(key)


def test_the_key_is_for_its_owner_alone(key, tmp_path):
    path = tmp_path / "key.csv"
    for _ in range(2):
        write_key(key, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_key(path).equals(key)
    with pytest.raises(Refused, match="make it first"):
        write_key(key, tmp_path / "no" / "key.csv")


def test_a_name_inside_a_word_is_none(key):
    assert without_names("Anabel, Susana and salesroom", key) == "Anabel, Susana and salesroom"


def test_refusals(tables, key):
    with pytest.raises(Refused, match="shifts, row 0, column person: 'Ana' has no pseudonym"):
        pseudonymise({"shifts": tables["shifts"]}, key[key["person"] != "Ana"])
    with pytest.raises(Refused, match="unknown table 'rota'"):
        pseudonymise({"rota": tables["shifts"]}, key)


NAMES = st.text(st.sampled_from("AB c."), min_size=1, max_size=5).filter(lambda name: name == name.strip())


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.data())
def test_every_name_in_a_sentence_is_found(people, data):
    key = draw_pseudonyms(people, seed=0)
    pseudonym = dict(zip(key["person"], key["pseudonym"], strict=True))
    told = data.draw(st.lists(st.sampled_from(people), max_size=4))
    text = "x; " + "; ".join(told)
    assert without_names(text, key) == "x; " + "; ".join(pseudonym[name] for name in told)
