"""Scores by formulas of one's own: by hand, with weights that change."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from planning.scorecard import Scorecard, read_subject, scorecard, scorecard_template

ANSWERED = {"name": "answered", "formula": "sum(handled) / sum(offered)", "target": 0.9, "weight": 0.75}
WAIT = {"name": "wait", "formula": "sum(wait) / sum(handled)", "target": 20, "better": "low", "weight": 0.25}


def settings(*metrics: dict, **more) -> Scorecard:
    said = {"subjects": {"A": "a.csv"}, "metrics": list(metrics or (ANSWERED, WAIT)), **more}
    return Scorecard.from_dict(said, "scorecard.toml")


def table() -> pd.DataFrame:
    days = pd.to_datetime(["2026-02-03", "2026-02-04", "2026-03-02"])
    counts = {"offered": [60, 40, 100], "handled": [50, 40, 45], "wait": [1000, 1250, 900]}
    return pd.DataFrame({"date": days, **counts})


def test_scores_are_those_computed_by_hand() -> None:
    rows = scorecard(settings(), {"A": table()}).set_index(["start", "metric"])
    february, march = pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-01")
    assert rows.loc[(february, "answered"), "value"] == 0.9
    assert rows.loc[(february, "answered"), "score"] == 100
    assert rows.loc[(february, "wait"), "value"] == 25
    assert rows.loc[(february, "wait"), "score"] == 80
    assert rows.loc[(february, "total"), "score"] == 95
    assert rows.loc[(march, "answered"), "score"] == 50
    assert rows.loc[(march, "wait"), "score"] == 100
    assert rows.loc[(march, "total"), "score"] == 62.5
    assert rows.loc[(march, "total"), "change"] == -32.5
    assert np.isnan(rows.loc[(february, "total"), "change"])


def test_what_is_divided_by_zero_has_no_score_and_no_weight() -> None:
    nothing = table().assign(handled=0, offered=0)
    rows = scorecard(settings(), {"A": nothing})
    assert rows["score"].isna().all()
    half = scorecard(settings(), {"A": table().assign(offered=0)}).set_index("metric").loc["total"]
    assert half["score"].tolist() == [80, 100]
    assert half["weight"].tolist() == [0.25, 0.25]


def test_scores_stay_between_zero_and_the_most() -> None:
    high = settings({**ANSWERED, "target": 0.1, "weight": 1}, most=110)
    assert scorecard(high, {"A": table()})["score"].max() == 110
    low = settings({**ANSWERED, "formula": "-sum(handled)", "weight": 1})
    assert scorecard(low, {"A": table()})["score"].tolist() == [0] * 4


def test_weights_hold_from_their_day_on() -> None:
    later = date(2026, 3, 1)
    card = settings(
        ANSWERED,
        WAIT,
        {**ANSWERED, "weight": 0.5, "valid_from": later},
        {**WAIT, "weight": 0.5, "valid_from": later},
    )
    totals = scorecard(card, {"A": table()}).set_index("metric").loc["total", "score"]
    assert totals.tolist() == [95, 75]


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ([ANSWERED], r"add up to 0\.75"),
        ([ANSWERED, WAIT, {**WAIT, "weight": 0.5, "valid_from": "2026-03-01"}], "2026-03-01 add up to 1.25"),
        ([ANSWERED, WAIT, WAIT], "twice"),
        ([{**ANSWERED, "name": "total", "weight": 1}], "take another"),
        ([{**ANSWERED, "formula": "open('x')", "weight": 1}], "character 1"),
        ([{**ANSWERED, "formula": "sum(a).real", "weight": 1}], "character 1"),
        ([{**ANSWERED, "formula": "1 + __import__('os')", "weight": 1}], "character 5"),
        ([{**ANSWERED, "target": 0, "weight": 1}], "target"),
        ([{**ANSWERED, "better": "more", "weight": 1}], "better"),
    ],
)
def test_faulty_metrics_are_refused(metrics: list[dict], said: str) -> None:
    with pytest.raises(Refused, match=said):
        settings(*metrics)


def test_columns_are_refused_with_the_place_in_the_formula() -> None:
    with pytest.raises(Refused, match="A, metric answered, formula, character 20: no column 'offered'"):
        scorecard(settings(), {"A": table().drop(columns="offered")})
    with pytest.raises(Refused, match="column offered: it holds no numbers"):
        scorecard(settings(), {"A": table().assign(offered="many")})


def test_a_subject_is_read_by_date_or_by_the_local_day_of_its_start(a_file: Callable[..., Path]) -> None:
    by_date = read_subject(a_file("a.csv", "date,calls\n2026-03-02,5\n"))
    by_start = read_subject(a_file("b.csv", "start,calls\n2026-03-02 23:30:00+08:00,5\n"))
    assert by_date["date"].tolist() == by_start["date"].tolist() == [pd.Timestamp("2026-03-02")]
    with pytest.raises(Refused, match="row 2, column date: found '02/03/2026'"):
        read_subject(a_file("c.csv", "date,calls\n02/03/2026,5\n"))
    with pytest.raises(Refused, match="no column 'date'"):
        read_subject(a_file("d.csv", "day,calls\n2026-03-02,5\n"))


def test_the_template_is_sound(a_file: Callable[..., Path]) -> None:
    found = Scorecard.from_toml(a_file("scorecard.toml", scorecard_template()))
    assert [metric.weight for metric in found.metrics] == [0.6, 0.4]


def test_a_span_in_which_a_target_changes_is_scored_in_parts() -> None:
    """February has 2 days of rows: 3rd 50 of 60 answered, 4th 40 of 40, by 0.9 and from the 4th by 1.0."""
    one = {**ANSWERED, "weight": 1}
    card = settings(one, {**one, "target": 1.0, "valid_from": "2026-02-04"})
    rows = scorecard(card, {"A": table()})
    parts = rows[rows["metric"] == "answered"]
    assert parts["first"].dt.day.tolist() == [1, 4, 1]
    assert parts["target"].tolist() == [0.9, 1.0, 1.0]
    early, late = 100 * 50 / 60 / 0.9, 100.0
    assert parts["score"].tolist() == pytest.approx([early, late, 45])
    totals = rows[rows["metric"] == "total"]
    assert totals["score"].tolist() == pytest.approx([(early + late) / 2, 45])
    assert totals["start"].tolist() == totals["first"].tolist()


def test_before_the_first_metric_nothing_is_scored() -> None:
    one = {**ANSWERED, "weight": 1, "valid_from": "2026-02-04"}
    with pytest.warns(Remark, match="A: days before 2026-02-04 are not scored"):
        rows = scorecard(settings(one), {"A": table()})
    assert rows["value"].tolist()[0] == 1
    with pytest.raises(Refused, match="A: no row from 2027-01-01 on"):
        scorecard(settings({**one, "valid_from": "2027-01-01"}), {"A": table()})


def test_a_day_that_is_none_is_refused_with_how_to_write_it() -> None:
    with pytest.raises(Refused, match=r"valid_from: found '15\.10\.2026'; write the date as 2026-10-15"):
        settings({**ANSWERED, "weight": 1, "valid_from": "15.10.2026"})


def test_a_column_with_blanks_stands_in_quotation_marks() -> None:
    rows = table().rename(columns={"handled": "calls handled"})
    one = {**ANSWERED, "formula": "sum('calls handled') / sum(\"offered\")", "weight": 1}
    assert scorecard(settings(one), {"A": rows})["value"].tolist()[0] == 0.9
    with pytest.raises(Refused, match=r'as sum\("calls made"\)'):
        settings({**one, "formula": "sum(calls handled)"})
    with pytest.raises(Refused, match="no column 'calls'"):
        scorecard(settings({**one, "formula": "sum('calls')"}), {"A": rows})
