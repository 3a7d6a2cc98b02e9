"""Figures of the ledger hold what its tables hold: errors in their bands, drifts, what each step added."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from openpyxl import load_workbook
from scipy.stats import norm

from callplan.errors import Refused
from reporting.captions import describe_control_chart, describe_value_added
from reporting.pictures import drawn
from reporting.sections import sections
from reporting.tracking import attainable, plot_control_chart, plot_value_added
from reporting.workbook import write_workbook

ZONE = "Europe/Paris"


def a_ledger(shares=(0.01, -0.02, 0.08, -0.03, 0.5), by="day", queue="sales"):
    """Days of 1,000 calls that came, off by these shares; chance leaves 20 calls."""
    start = pd.date_range("2024-05-06", periods=len(shares), freq={"day": "D", "week": "7D"}[by], tz=ZONE)
    shares = np.array(shares)
    rows = pd.DataFrame({"queue": queue, "by": by, "start": start, "calls": 1000 * (1 + shares)})
    rows = rows.assign(offered=1000.0, error=1000 * shares, tolerance=0.05, floor=20.0, own_floor=40.0)
    return rows.assign(
        within=(np.abs(shares) <= 0.05).astype(int),
        verdict=np.where(shares == 0.08, "within noise", "over-forecast"),
    )


def an_alarm(first=1, last=3, shown=2):
    day = a_ledger()["start"]
    return pd.DataFrame(
        [{"queue": "sales", "start": day[shown], "since": day[first], "until": day[last], "share": 0.07}]
    )


def points(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return list(found.get_ydata())


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_errors_stand_in_their_bands():
    ax = plot_control_chart(a_ledger((0.01, -0.02, 0.08, -0.03)))
    assert labels(ax) == ["±5%", "perfect forecast, 19 of 20", "within", "beyond"]
    assert points(ax, "within") == pytest.approx([0.01, -0.02, -0.03])
    assert points(ax, "beyond") == pytest.approx([0.08])
    (band,) = ax.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == (-0.05, 0.05)
    assert points(ax, "perfect forecast, 19 of 20") == pytest.approx(list(attainable(a_ledger()))[:4])
    assert ax.get_title("left") == "sales: error of the published forecast by day"
    assert ax.get_ylabel() == "forecast − what came"


def test_the_attainable_band_holds_19_of_20_perfect_forecasts():
    # Of a normal error with a mean absolute deviation of 40: sd = 40 √(π/2).
    share = attainable(a_ledger()).iloc[0]
    assert 2 * norm.sf(share * 1000, scale=40 * np.sqrt(np.pi / 2)) == pytest.approx(0.05, abs=1e-4)
    # Poisson, where the history tells no dispersion.
    assert attainable(a_ledger().assign(own_floor=np.nan)).iloc[0] == pytest.approx(share / 2)
    rng = np.random.default_rng(1)
    counts = rng.poisson(1000, 100_000)
    poisson = a_ledger().assign(own_floor=np.nan, floor=np.sqrt(2 * 1000 / np.pi))
    assert (np.abs(1000 - counts) <= 1000 * attainable(poisson).iloc[0]).mean() == pytest.approx(
        0.95, abs=0.005
    )


def test_what_is_far_beyond_stands_at_the_edge():
    shares = [0.01, -0.02, 0.03, -0.04] * 10 + [3.0, -0.9]
    ax = plot_control_chart(a_ledger(shares))
    top = ax.get_ylim()[1]
    assert top < 0.2
    edges = {line.get_marker(): list(line.get_ydata()) for line in ax.lines if line.get_marker() in "^v"}
    assert edges == {"^": [top], "v": [-top]}
    assert len(points(ax, "within")) == 40
    assert points(ax, "beyond") == []


def test_drifts_are_shaded_and_their_alarms_marked():
    ledger = a_ledger((0.01, 0.06, 0.07, 0.08, 0.01))
    ax = plot_control_chart(ledger, an_alarm())
    assert labels(ax)[-1] == "drift"
    days = ledger["start"].dt.tz_localize(None).to_numpy().astype("datetime64[D]").astype(int)
    _, span = ax.patches
    assert (span.get_x(), span.get_x() + span.get_width()) == (days[1] - 0.5, days[3] + 0.5)
    (mark,) = [line for line in ax.lines if line.get_label() == "drift"]
    assert list(mark.get_xdata()) == [days[2]]
    # Those of other queues are not drawn.
    assert "drift" not in labels(plot_control_chart(ledger, an_alarm().assign(queue="help")))


def test_weeks_are_drawn_alike():
    both = pd.concat([a_ledger(), a_ledger((0.02, -0.01), by="week")])
    ax = plot_control_chart(both, by="week")
    assert points(ax, "within") == pytest.approx([0.02, -0.01])
    assert ax.get_title("left") == "sales: error of the published forecast by week"


def test_days_without_calls_have_no_percentage():
    ax = plot_control_chart(a_ledger().assign(offered=0.0, within=0))
    assert points(ax, "within") == []
    assert ax.get_ylim() == (-0.1, 0.1)


def a_chain(queue="sales"):
    rows = {"step": ["naive", "override", "published", "statistical"], "wape": [0.08, 0.05, 0.055, 0.06]}
    return pd.DataFrame(rows).assign(
        queue=queue, by="day", n=9, bias=0.0, hit_rate=0.5, added=[np.nan, 0.01, -0.005, 0.02]
    )


def test_each_step_has_a_bar_and_what_it_added():
    ax = plot_value_added(a_chain())
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "naive",
        "statistical",
        "override",
        "published",
    ]
    assert [bar.get_width() for bar in ax.containers[0]] == [0.08, 0.06, 0.05, 0.055]
    assert [text.get_text().strip() for text in ax.texts] == [
        "8.0%", "6.0%, better by 2.0", "5.0%, better by 1.0", "5.5%, worse by 0.5",
    ]  # fmt: skip
    untouched = plot_value_added(a_chain().assign(added=[np.nan, 0.0, 0.0, 0.0]))
    assert untouched.texts[2].get_text().strip() == "5.0%, the same"


def test_steps_without_calls_have_no_percentage():
    nothing = a_chain().assign(wape=np.nan, added=np.nan)
    assert not plot_value_added(nothing).texts
    assert describe_value_added(nothing) == "No calls came, so the error has no percentage."


def test_captions_say_what_the_pictures_show():
    text = describe_control_chart(a_ledger(), an_alarm())
    assert text == (
        "3 of 5 days are within ±5%; of the 2 others chance explains 1; the forecast drifted Tue 7 May to "
        "Thu 9 May (+7.0%)."
    )
    assert describe_control_chart(a_ledger((-0.01,))) == (
        "1 of 1 days are within ±5%; of the 0 others chance explains 0."
    )
    assert describe_value_added(a_chain()) == (
        "Error by day (WAPE), step by step: naive 8.0%, statistical 6.0%, override 5.0%, published 5.5%."
    )
    picture = drawn(plot_control_chart(a_ledger(), an_alarm()), text)
    assert f'role="img" aria-label="{text}"' in picture.svg


def test_refuses_what_one_picture_cannot_show():
    with pytest.raises(Refused, match="ledger by month: no rows"):
        plot_control_chart(a_ledger(), by="month")
    with pytest.raises(Refused, match="several queues"):
        plot_control_chart(pd.concat([a_ledger(), a_ledger(queue="help")]))
    with pytest.raises(Refused, match="several queues"):
        plot_value_added(pd.concat([a_chain(), a_chain("help")]))
    with pytest.raises(Refused, match="value added by week: no rows"):
        plot_value_added(a_chain(), by="week")


def test_draws_into_the_axes_given():
    ax = Figure().subplots()
    assert plot_control_chart(a_ledger(), ax=ax) is ax
    ax = Figure().subplots()
    assert plot_value_added(a_chain(), ax=ax) is ax


def test_days_that_were_not_scored_are_not_shaded():
    ledger = a_ledger((0.01, 0.06, 0.07, 0.08, 0.01)).drop(index=2)
    ax = plot_control_chart(ledger, an_alarm())
    days = ledger["start"].dt.tz_localize(None).to_numpy().astype("datetime64[D]").astype(int)
    spans = [(span.get_x(), span.get_x() + span.get_width()) for span in ax.patches[1:]]
    assert spans == [(days[1] - 0.5, days[1] + 0.5), (days[2] - 0.5, days[2] + 0.5)]
    # A week is as long as it is.
    weeks = plot_control_chart(a_ledger((0.06, 0.07), by="week"), an_alarm(), by="week")
    assert len(weeks.patches) == 2


def test_leads_are_named_by_their_week_and_verdicts_stand_apart():
    numbers = {"n": 5, "wape": 0.1, "noise_floor": 0.02, "bias": -0.1, "hit_rate": 0.5, "attainable": 0.9}
    rows = pd.DataFrame({"queue": "sales", "by": "day", "model": "published", "lead_days": [14, 105, 7]})
    accuracy = rows.assign(**numbers, mase=1.0, verdict="bias: under on 5 of 5 days")
    tables = {"ledger": a_ledger(), "accuracy": accuracy}
    (found,) = [section for section in sections(tables, None, 0.05) if section.name == "ledger"]
    near, said = [block for block in found.blocks["sales"] if getattr(block, "caption", "").startswith("How")]
    for grid in (near, said):
        assert [row[1].text for row in grid.rows] == ["1 to 7", "8 to 14", "99 to 105"]
    assert "Verdict" not in [heading for heading, _ in near.headings]
    assert [heading for heading, _ in said.headings] == ["Level", "Days ahead", "Verdict"]


def test_a_workbook_says_its_currency_and_yes_or_no(tmp_path):
    costs = a_ledger().assign(lead_days=1, model="m", share=0.0, cost=12.5)
    for currency, heading in (("EUR", "Cost (EUR)"), ("", "Cost")):
        path = tmp_path / f"{currency or 'none'}.xlsx"
        write_workbook({"ledger": costs}, path, title="t", summary=[], currency=currency)
        sheet = load_workbook(path)["Ledger"]
        head = {cell.value: cell.column for cell in sheet[1]}
        assert heading in head
        within = sheet.cell(2, head["Within tolerance"])
        # A number still, that reads yes or no.
        assert (within.value, within.number_format) == (1, '"yes";;"no"')
