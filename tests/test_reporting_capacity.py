"""The capacity plan as a picture, a sentence and a workbook: what they show is what the tables say."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from callplan.errors import Refused
from reporting.capacity import describe_capacity, plot_capacity, write_capacity_workbook

ZONE = "Europe/Paris"
TEXTS = {"title": "site: capacity", "summary": ["said"], "conventions": ["meant"]}


def tables(queues=("sales",)) -> dict[str, pd.DataFrame]:
    start = pd.date_range("2024-04-01", periods=4, freq="7D", tz=ZONE)
    need = pd.concat(
        [
            pd.DataFrame(
                {
                    "queue": queue,
                    "start": start,
                    "open_days": 5,
                    "calls": [4000.0, 4100.0, 4200.0, 4300.0],
                    "calls_lo": 3500.0,
                    "calls_hi": 5000.0,
                    "level": 0.8,
                    "aht_s": 240.0,
                    "agent_h": 400.0,
                    "required_h": 571.0,
                    "required_fte": 14.3,
                    "required_fte_lo": 12.0,
                    "required_fte_hi": 17.0,
                }
            )
            for queue in queues
        ]
    )
    balance = pd.DataFrame(
        {
            "start": start,
            "required_fte": 14.3,
            "heads": [14.0, 13.8, 17.6, 17.4],
            "hires": [0, 0, 4, 0],
            "in_training": [0.0, 0.0, 4.0, 0.0],
            "leavers": 0.2,
            "productive_fte": [14.0, 13.8, 13.6, 17.4],
            "leave": 0.1,
            "absence": 0.0,
            "available_fte": [12.6, 12.4, 12.2, 15.7],
            "gap_fte": [-1.7, -1.9, -2.1, 1.4],
            "overtime_fte": [1.0, 1.0, 1.0, 0.0],
            "overflow_fte": [0.7, 0.9, 1.1, 0.0],
            "short_fte": 0.0,
            "people_cost": 11000.0,
            "overtime_cost": 1200.0,
            "overflow_cost": 900.0,
            "cost": 13100.0,
        }
    )
    return {"need": need, "balance": balance}


def test_the_picture_stacks_what_closes_the_gap():
    found = tables()
    ax = plot_capacity(found["balance"], found["need"])
    bars = {group.get_label(): [bar.get_height() for bar in group] for group in ax.containers}
    assert bars["available"] == [12.6, 12.4, 12.2, 15.7]
    assert bars["overflow"] == pytest.approx([0.7, 0.9, 1.1, 0.0])
    assert "short" not in bars
    lines = {line.get_label() for line in ax.lines}
    assert {"required", "band, 80%"} <= lines
    assert [text.get_text() for text in ax.texts] == ["+4"]
    two = tables(("help", "sales"))
    assert "band, 80%" not in {line.get_label() for line in plot_capacity(two["balance"], two["need"]).lines}
    with pytest.raises(Refused, match="nothing to draw"):
        plot_capacity(found["balance"][:0])


def test_the_sentence_says_it():
    said = describe_capacity(tables()["balance"])
    assert "the gap, before overtime and overflow, is widest in the week of 2024-04-15, at -2.1 FTE" in said
    assert "Hired: 4 on 2024-04-15." in said


def test_the_workbook_has_weeks_across(tmp_path: Path):
    found = tables(("help", "sales"))
    write_capacity_workbook(found, tmp_path / "one.xlsx", **TEXTS)
    write_capacity_workbook(found, tmp_path / "two.xlsx", **TEXTS)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    assert book.sheetnames == ["Capacity", "Notes", "Need", "Balance"]
    sheet = book["Capacity"]
    assert [cell.value.strftime("%Y-%m-%d") for cell in sheet[2][1:]] == [
        "2024-04-01", "2024-04-08", "2024-04-15", "2024-04-22"
    ]  # fmt: skip
    rows = [(row[0].value, [cell.value for cell in row[1:]]) for row in sheet.iter_rows(min_row=3)]
    named = {name: cells for name, cells in rows if name}
    assert named["Gap"] == [-1.7, -1.9, -2.1, 1.4]
    assert named["Headcount"] == [14.0, 13.8, 17.6, 17.4]
    assert named["Forecast calls"] == [4000, 4100, 4200, 4300]
    for name in ("AHT, s", "Required hours", "In training", "Attrition", "Available FTE", "Overtime FTE"):
        assert name in named
    assert [name for name, _ in rows].count("Forecast calls") == 2
    assert [cell.value for cell in book["Notes"]["A"]] == ["said", None, "meant"]


def test_a_table_of_something_else_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="unknown table 'forecast'"):
        write_capacity_workbook({"forecast": pd.DataFrame()}, tmp_path / "x.xlsx", **TEXTS)
    assert not list(tmp_path.iterdir())
