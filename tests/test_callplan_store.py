"""The store, on both databases: what goes in comes back, and what was published stays."""

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from callplan.store import Put, Store, open_store
from callplan.store.layout import VERSIONED
from callplan.tables import COVERAGE, HISTORY, TABLES, check

ZONE = "Europe/Paris"
NOW = datetime(2024, 6, 3, 8, tzinfo=UTC)


@pytest.fixture
def store(new_store: Callable[[], str]) -> Iterator[Store]:
    with open_store(new_store()) as opened:
        yield opened


def history(offered: list[float], first: str = "2024-05-06 09:00", queue: str = "sales", **more: Any):
    start = pd.date_range(first, periods=len(offered), freq="30min", tz=ZONE).as_unit("us")
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 30, "offered": offered} | more)


def put(store: Store, *batches: pd.DataFrame, file: str = "may.csv", **more: Any) -> Put:
    given = {"file": file, "digest": file, "profile": "generic", "who": "Ann", "now": NOW} | more
    return store.put_history(batches, **given)


def counts(done: Put) -> tuple[int, int, int]:
    return done.added, done.changed, done.same


def version(queues: list[str], first: str, last: str, who: str = "Ann", **more: Any) -> dict[str, Any]:
    return {
        **{"queues": queues, "first": first, "last": last, "model": "auto", "cutoff": NOW},
        **{"settings": '{"zone": "Europe/Paris"}', "input": "abc", "who": who, "at": NOW},
        **more,
    }


def steps(first: str, last: str, queue: str = "sales", calls: float = 3.0) -> pd.DataFrame:
    start = pd.date_range(first, f"{last} 23:00", freq="6h", tz=ZONE).as_unit("us")
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 30, "step": "naive", "calls": calls})


def test_a_history_comes_back_as_it_went_in(store: Store, tiny_history: pd.DataFrame) -> None:
    extra = tiny_history.assign(
        channel=["voice", None, 'a "quoted", text', "客服\nzwei"], talk_s=[0.1, 1e-9, 3e15, 1 / 3]
    )
    put(store, extra)
    back = store.history(zone=ZONE)
    pd.testing.assert_frame_equal(back, check(extra, HISTORY))
    pd.testing.assert_frame_equal(back, check(back, HISTORY))


def test_zero_missing_and_closed_are_kept_apart(store: Store) -> None:
    put(store, history([0.0, np.nan, 5.0]))
    assert store.history(zone=ZONE)["offered"].fillna(-1).tolist() == [0, -1, 5]


def test_the_doubled_hour_keeps_both_of_its_parts(store: Store) -> None:
    night = history([float(n) for n in range(8)], first="2024-10-27 01:00")
    put(store, night)
    back = store.history(zone=ZONE)
    assert back["start"].map(str).tolist() == night["start"].map(str).tolist()
    assert back["start"].dt.hour.tolist() == [1, 1, 2, 2, 2, 2, 3, 3]
    new_york = store.history(zone="America/New_York")["start"]
    assert str(new_york.dt.tz) == "America/New_York"
    assert (new_york == back["start"]).all()


def test_a_slice_is_half_open_and_may_be_empty(store: Store) -> None:
    put(store, history([1, 2, 3, 4]), history([9, 9], queue="support"))
    nine_thirty, ten_thirty = (pd.Timestamp(f"2024-05-06 {t}", tz=ZONE) for t in ("09:30", "10:30"))
    assert store.history(["sales"], nine_thirty, ten_thirty, zone=ZONE)["offered"].tolist() == [2, 3]
    assert store.history(["support"], zone=ZONE)["offered"].tolist() == [9, 9]
    nothing = store.history(["nobody"], zone=ZONE)
    assert nothing.empty
    assert nothing.dtypes.astype(str).tolist()[1:] == [f"datetime64[us, {ZONE}]", "int64", "float64"]
    with pytest.raises(Refused, match="no time zone"):
        store.history(since=datetime(2024, 5, 6), zone=ZONE)  # noqa: DTZ001


def test_extent_tells_how_far_each_queue_reaches(store: Store) -> None:
    assert store.extent().empty
    put(store, history([1, 2, 3]), history([9], queue="support"))
    extent = store.extent()
    assert extent["queue"].tolist() == ["sales", "support"]
    assert extent["first"].map(str).tolist() == ["2024-05-06 07:00:00+00:00"] * 2
    assert extent["last"].map(str).tolist() == ["2024-05-06 08:00:00+00:00", "2024-05-06 07:00:00+00:00"]
    assert extent["rows"].tolist() == [3, 1]
    assert extent["minutes"].tolist() == [30, 30]


def test_a_changed_value_replaces_and_is_said(store: Store) -> None:
    assert counts(put(store, history([1, 2, 3]))) == (3, 0, 0)
    second = put(store, history([1, 5, 3, 4]), file="june.csv")
    assert counts(second) == (1, 1, 2)
    assert store.history(zone=ZONE)["offered"].tolist() == [1, 5, 3, 4]
    (value,) = second.replaced.to_dict("records")
    assert (value["import"], value["queue"], value["column"]) == (2, "sales", "offered")
    assert (value["before"], value["after"]) == ("2", "5")
    assert value["start"] == pd.Timestamp("2024-05-06 09:30", tz=ZONE)
    pd.testing.assert_frame_equal(store.replaced(2), second.replaced)
    assert store.replaced(1).empty


def test_replaced_values_are_those_that_the_import_wrote_itself(store: Store) -> None:
    put(store, history([1]))
    put(store, history([2]), file="b.csv")
    put(store, history([3]), file="c.csv")
    assert store.replaced(2)[["before", "after"]].to_numpy().tolist() == [["1", "2"]]
    assert store.replaced(3)[["before", "after"]].to_numpy().tolist() == [["2", "3"]]


def test_at_most_a_thousand_replaced_values_come_along(store: Store) -> None:
    put(store, history([1.0] * 1200, talk_s=1.0))
    done = put(store, history([2.0] * 1200, talk_s=2.0), file="b.csv")
    assert done.changed == 1200
    assert len(done.replaced) == 1000
    assert len(store.replaced(2)) == 2400


def test_a_column_that_the_file_lacks_stays(store: Store) -> None:
    put(store, history([1, 2], talk_s=[100.0, 200.0], channel="voice"))
    assert counts(put(store, history([1, 3]), file="b.csv")) == (0, 1, 1)
    back = store.history(zone=ZONE)
    assert back["talk_s"].tolist() == [100, 200]
    assert back["channel"].tolist() == ["voice", "voice"]
    assert back["offered"].tolist() == [1, 3]


def test_an_empty_cell_erases_nothing_and_is_said(store: Store) -> None:
    put(store, history([1, 2]))
    with pytest.warns(Remark, match=r"b\.csv: 1 intervals have an empty cell"):
        done = put(store, history([np.nan, 2]), file="b.csv")
    assert counts(done) == (0, 0, 2)
    assert done.kept == 1
    assert store.history(zone=ZONE)["offered"].tolist() == [1, 2]
    assert counts(put(store, history([np.nan, 7], first="2024-05-06 10:00"), file="c.csv")) == (2, 0, 0)
    assert counts(put(store, history([4.0], first="2024-05-06 10:00"), file="d.csv")) == (0, 1, 0)


def test_the_same_file_again_is_no_new_import(store: Store) -> None:
    put(store, history([1, 2]))
    again = put(store, history([1, 2]))
    assert again.again
    assert (again.number, *counts(again)) == (1, 0, 0, 2)
    assert len(store.imports()) == 1
    put(store, history([5]), file="b.csv")
    back = put(store, history([1, 2]))  # now it does change something
    assert (back.number, *counts(back)) == (3, 0, 1, 1)
    assert not back.again
    same = put(store, history([1]), file="another.csv")
    assert (same.number, *counts(same)) == (4, 0, 0, 1)


def test_a_later_row_of_the_same_file_wins_as_a_whole(store: Store) -> None:
    put(store, history([1, 2], talk_s=1.0), history([8, 9], first="2024-05-06 09:30", talk_s=np.nan))
    back = store.history(zone=ZONE)
    assert back["offered"].tolist() == [1, 8, 9]
    assert back["talk_s"].fillna(-1).tolist() == [1, -1, -1]
    assert store.imports()["rows_read"].tolist() == [4]


def test_a_large_file_comes_in_by_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are spans of queue names, which both databases must sort alike."""
    monkeypatch.setattr("callplan.store.merge.PART_ROWS", 5)
    names = ["b", "B", "a b", "ä", "Zz", "_", "客服", "a"]
    first = pd.concat([history([1, 2], queue=name) for name in names])
    assert counts(put(store, first)) == (16, 0, 0)
    second = first.assign(offered=first["offered"] + (first["queue"] > "a"))
    changed = 2 * sum(name > "a" for name in names)
    assert counts(put(store, second, file="b.csv")) == (0, changed, 16 - changed)
    pd.testing.assert_frame_equal(store.history(zone=ZONE), check(second, HISTORY))
    store.undo_import(2, who="Bob", now=NOW)
    pd.testing.assert_frame_equal(store.history(zone=ZONE), check(first, HISTORY))


def test_a_file_that_breaks_off_leaves_nothing(store: Store) -> None:
    put(store, history([1]))

    def broken() -> Iterator[pd.DataFrame]:
        yield history([7, 7, 7])
        raise Refused("b.csv, row 9", "found x", "a number is needed")

    given = {"file": "b.csv", "digest": "b", "profile": "generic", "who": "Ann", "now": NOW}
    with pytest.raises(Refused, match="row 9"):
        store.put_history(broken(), **given)
    with pytest.raises(Refused, match=r"c\.csv.*no row of it can be used"):
        put(store, file="c.csv")
    assert store.history(zone=ZONE)["offered"].tolist() == [1]
    assert len(store.imports()) == 1
    assert counts(put(store, history([1, 2]), file="d.csv")) == (1, 0, 1)  # and the store goes on


def test_intervals_that_would_overlap_are_refused(store: Store) -> None:
    put(store, history([1, 2]))
    start = pd.date_range("2024-05-06 09:00", periods=2, freq="15min", tz=ZONE)
    quarters = pd.DataFrame({"queue": "sales", "start": start, "minutes": 15, "offered": 1.0})
    with pytest.raises(
        Refused, match=r"b\.csv, queue sales.*with it, 30 minutes from 2024-05-06 09:30:00\+02:00"
    ) as told:
        put(store, quarters.iloc[1:].assign(start=start[1:] + timedelta(minutes=30)), file="b.csv")
    assert "intervals as long as" in str(told.value)
    assert counts(put(store, quarters, file="c.csv")) == (1, 1, 0)  # the half-hour is wholly retold
    assert store.history(zone=ZONE)["minutes"].tolist() == [15, 15, 30]


def test_columns_of_the_users_own_are_remarked_once(store: Store) -> None:
    with pytest.warns(Remark, match="no columns of your own: team") as told:
        put(store, history([1], team="A"), history([2], queue="support", team="B"))
    assert len(told) == 1
    assert "team" not in store.history(zone=ZONE)


def test_an_import_is_recorded_as_its_table_says(store: Store) -> None:
    put(store, history([1, 2]), reading=lambda: (7, 5), digest="0a")
    row = check(store.imports(zone=ZONE), TABLES["imports"]).iloc[0]
    assert row[["import", "file", "digest", "profile", "who"]].tolist() == [
        1,
        "may.csv",
        "0a",
        "generic",
        "Ann",
    ]
    assert row[["rows_read", "rows_refused", "added", "changed", "same"]].tolist() == [7, 5, 2, 0, 0]
    assert row["first"] == pd.Timestamp("2024-05-06 09:00", tz=ZONE)
    assert row["last"] == pd.Timestamp("2024-05-06 09:30", tz=ZONE)
    assert row["at"] == NOW


def test_undo_gives_back_what_was(store: Store) -> None:
    put(store, history([1, 2], talk_s=[5.0, np.nan]))
    before = store.history(zone=ZONE)
    put(store, history([9, 9, 9], talk_s=7.0, channel="chat"), file="b.csv")
    store.undo_import(2, who="Bob", now=NOW)
    pd.testing.assert_frame_equal(store.history(zone=ZONE), before)
    assert store.imports()["undone_by"].fillna("-").tolist() == ["-", "Bob"]
    assert store.replaced(2).empty
    store.undo_import(1, who="Bob", now=NOW)
    assert store.history(zone=ZONE).empty
    assert counts(put(store, history([1, 2]))) == (2, 0, 0)


def test_only_the_latest_import_that_stands_can_be_undone(store: Store) -> None:
    with pytest.raises(Refused, match="no import stands"):
        store.undo_import(1, who="Bob", now=NOW)
    put(store, history([1]))
    put(store, history([2]), file="b.csv")
    with pytest.raises(Refused, match=r"import 2 came later.*undo that one first"):
        store.undo_import(1, who="Bob", now=NOW)
    with pytest.raises(Refused, match="there is no such import; the latest that stands is 2"):
        store.undo_import(7, who="Bob", now=NOW)
    store.undo_import(2, who="Bob", now=NOW)
    with pytest.raises(Refused, match="it was undone before"):
        store.undo_import(2, who="Bob", now=NOW)


def test_the_second_to_publish_a_day_is_told_who_was_first(store: Store) -> None:
    week = ("2024-06-10", "2024-06-16")
    assert store.publish(version(["sales", "support"], *week), {"steps": steps(*week)}) == 1
    overlapping = ("2024-06-16", "2024-06-22")
    later = version(["support", "chat"], *overlapping, "Bob", at=NOW.astimezone(ZoneInfo(ZONE)))
    with pytest.raises(Refused) as told:
        store.publish(later, {"steps": steps(*overlapping)})
    assert str(told.value) == (
        "queue support, 2024-06-16: published by Ann at 2024-06-03 10:00 CEST as version 1; "
        "publish other days, or say that yours replaces it"
    )
    assert len(store.versions()) == 1
    assert store.published("steps", zone=ZONE)["version"].unique().tolist() == [1]
    after = ("2024-06-17", "2024-06-23")
    assert store.publish(version(["sales"], *after, "Bob"), {"steps": steps(*after)}) == 2
    assert store.publish(version(["chat"], *week, "Bob"), {"steps": steps(*week, "chat")}) == 3


def test_a_version_takes_over_only_the_days_it_speaks_of(store: Store) -> None:
    """Four weeks published, then one of them anew: the other three stand."""
    long, week = ("2024-06-03", "2024-06-30"), ("2024-06-10", "2024-06-16")
    both = pd.concat([steps(*long), steps(*long, "support")])
    store.publish(version(["sales", "support"], *long), {"steps": both})
    new = version(["sales"], *week, "Bob")
    assert store.publish(new, {"steps": steps(*week, calls=5)}, replace=True) == 2
    assert "replaced_by" not in store.versions()
    stands = store.published("steps", zone=ZONE)
    assert not stands.duplicated(["queue", "start"]).any()
    assert len(stands) == 2 * 28 * 4
    of_week = stands[
        (stands["queue"] == "sales") & stands["start"].between("2024-06-10", "2024-06-17", "left")
    ]
    assert of_week["calls"].unique().tolist() == [5]
    assert (stands["version"] == 2).sum() == len(of_week) == 28
    # A third takes the rest of the first: now nothing of it stands.
    third = version(["sales", "support"], *long, "Cid")
    store.publish(third, {"steps": both}, replace=True)
    assert store.versions()["replaced_by"].fillna(0).tolist() == [3, 3, 0]
    assert store.published("steps", zone=ZONE)["version"].unique().tolist() == [3]
    frozen = store.version_table(1, "steps", zone=ZONE)
    assert frozen is not None
    assert len(frozen) == len(both)


def test_shifts_stand_until_all_queues_of_their_day_are_taken(store: Store) -> None:
    days = ("2024-06-10", "2024-06-11")
    start = pd.to_datetime(["2024-06-10 08:00", "2024-06-11 08:00"]).tz_localize(ZONE)
    shifts = pd.DataFrame(
        {"person": "Eve", "start": start, "end": start + timedelta(hours=8), "shift": "early", "paid_h": 8.0}
    )
    tables = {"steps": pd.concat([steps(*days), steps(*days, "support")]), "shifts": shifts}
    store.publish(version(["sales", "support"], *days), tables)
    one = ("2024-06-10", "2024-06-10")
    store.publish(version(["sales"], *one), {"steps": steps(*one)}, replace=True)
    assert store.published("shifts", zone=ZONE)["start"].dt.day.tolist() == [10, 11]
    store.publish(version(["support"], *one), {"steps": steps(*one, "support")}, replace=True)
    assert store.published("shifts", zone=ZONE)["start"].dt.day.tolist() == [11]


def test_published_is_cut_by_queue_and_time(store: Store) -> None:
    days = ("2024-06-10", "2024-06-11")
    store.publish(
        version(["sales", "support"], *days), {"steps": pd.concat([steps(*days), steps(*days, "support")])}
    )
    since, until = (pd.Timestamp(day, tz=ZONE) for day in ("2024-06-10 06:00", "2024-06-11"))
    part = store.published("steps", since=since, until=until, queues=["support"], zone=ZONE)
    assert part["queue"].unique().tolist() == ["support"]
    assert part["start"].dt.hour.tolist() == [6, 12, 18]
    assert next(iter(part)) == "version"
    assert store.published("people", since=since, queues=["support"], zone=ZONE).empty
    with pytest.raises(Refused, match="a version has no table 'step'; did you mean steps"):
        store.published("step", zone=ZONE)


def one_row(name: str) -> pd.DataFrame:
    """Return a row that fills every column of a table."""
    day = pd.Timestamp("2024-06-10", tz=ZONE).as_unit("us")
    cells = {"text": 'a, "b"', "instant": day, "day": day.tz_localize(None), "whole": 30, "number": 0.1}
    return pd.DataFrame([{column.name: cells[column.dtype] for column in TABLES[name].columns}])


@pytest.mark.parametrize("name", VERSIONED)
def test_every_table_of_a_version_comes_back_as_it_was(store: Store, name: str) -> None:
    days, row = ("2024-06-10", "2024-06-11"), one_row(name)
    tables = {"steps": steps(*days), name: row.drop(columns="version", errors="ignore")}
    number = store.publish(version(["sales"], *days), tables)
    back = store.version_table(number, name, zone=ZONE)
    expected = check(row.assign(version=1) if "version" in row else row, TABLES[name])
    pd.testing.assert_frame_equal(back, expected)
    stood = store.published(name, zone=ZONE)
    pd.testing.assert_frame_equal(stood[list(expected)], expected)


def test_what_a_version_lacks_is_none(store: Store) -> None:
    days = ("2024-06-10", "2024-06-11")
    with pytest.raises(Refused, match="version 1: there is no such version; nothing has been published"):
        store.version_table(1, "steps", zone=ZONE)
    empty = pd.DataFrame(columns=COVERAGE.names())
    store.publish(version(["sales"], *days), {"steps": steps(*days), "coverage": empty})
    assert store.version_table(1, "coverage", zone=ZONE) is None
    assert store.published("coverage", zone=ZONE).empty
    with pytest.raises(Refused, match="version 4: there is no such version; choose from 1"):
        store.version_table(4, "steps", zone=ZONE)


def test_a_version_that_is_not_whole_is_refused(store: Store) -> None:
    days = ("2024-06-10", "2024-06-11")
    for given, tables, told in (
        (version(["sales"], *days), {}, "no table steps"),
        (version(["a|b"], *days), {"steps": steps(*days)}, "a | in its name"),
        (version(["sales"], *days), {"steps": steps(*days), "roster": steps(*days)}, "no table 'roster'"),
        (version(["sales"], *days), {"steps": steps(*days).assign(calls=-1)}, "at least 0"),
        (version(["sales"], *days, who=""), {"steps": steps(*days)}, "who did it"),
    ):
        with pytest.raises(Refused) as refused:
            store.publish(given, tables)
        assert told in str(refused.value)
    with pytest.warns(Remark, match="steps: the store keeps no columns of your own: note"):
        store.publish(version(["sales"], *days), {"steps": steps(*days).assign(note="x")})
    assert "note" not in store.published("steps", zone=ZONE)


def test_overrides_are_numbered_and_undone_on_record(store: Store) -> None:
    row = {
        "queue": "sales",
        "first": date(2024, 6, 10),
        "last": "2024-06-12",
        "kind": "percent",
        "amount": -0.1,
    }
    row |= {"reason": "strike", "who": "Ann", "at": NOW}
    assert [store.add_override(row), store.add_override(row | {"hours": "09:00-12:00"})] == [1, 2]
    store.undo_override(1, who="Bob", now=NOW + timedelta(hours=1))
    overrides = check(store.overrides(), TABLES["overrides"])
    assert overrides["amount"].tolist() == [-0.1, -0.1]
    assert overrides["undone_by"].fillna("-").tolist() == ["Bob", "-"]
    assert overrides["undone"].isna().tolist() == [False, True]
    assert overrides["first"].dt.day.tolist() == [10, 10]
    for number, told in ((1, "Bob undid it before"), (3, "no such override")):
        with pytest.raises(Refused, match=told):
            store.undo_override(number, who="Cid", now=NOW)


def test_the_journal_tells_all_in_order_of_time(store: Store) -> None:
    days = ("2024-06-10", "2024-06-16")

    def at(hour: int) -> datetime:
        return NOW + timedelta(hours=hour)

    assert store.journal().empty
    store.add_note({"text": "fire drill", "day": "2024-06-11", "who": "Cid", "at": at(5)})
    put(store, history([1, 2]), now=at(0))
    put(store, history([1, 3, 4]), file="june.csv", now=at(1))
    store.undo_import(2, who="Bob", now=at(2))
    store.publish(version(["sales", "chat"], *days, at=at(3)), {"steps": steps(*days)})
    override = {"queue": "sales", "first": days[0], "last": days[1], "kind": "percent", "amount": 0.1}
    store.add_override(override | {"reason": "mailing", "who": "Ann", "at": at(4)})
    store.undo_override(1, who="Bob", now=at(6))
    journal = store.journal(zone=ZONE)
    assert journal["at"].tolist() == [at(hour) for hour in range(7)]
    assert journal[["who", "what", "text"]].to_numpy().tolist() == [
        ["Ann", "import", "import 1: may.csv, 2 added, 0 changed, 0 same intervals"],
        ["Ann", "import", "import 2: june.csv, 1 added, 1 changed, 1 same intervals"],
        ["Bob", "undo", "import 2: june.csv"],
        ["Ann", "publish", "version 1: sales, chat, 2024-06-10 to 2024-06-16"],
        ["Ann", "override", "override 1: sales, 2024-06-10 to 2024-06-16, percent +0.1, mailing"],
        ["Cid", "note", "fire drill"],
        ["Bob", "undo", "override 1: sales, 2024-06-10 to 2024-06-16"],
    ]
    assert store.notes()["day"].dt.day.tolist() == [11]


def test_it_is_all_there_when_it_is_opened_again(new_store: Callable[[], str]) -> None:
    address = new_store()
    with open_store(address) as first:
        put(first, history([1, 2]))
    with warnings.catch_warnings(), open_store(address) as second:
        warnings.simplefilter("error")
        assert second.history(zone=ZONE)["offered"].tolist() == [1, 2]
        assert counts(put(second, history([1, 2]))) == (0, 0, 2)
