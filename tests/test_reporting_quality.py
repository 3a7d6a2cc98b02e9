"""The picture of quality holds the grades and the faults of its table."""

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from reporting.pictures import drawn
from reporting.quality import plot_quality


def weeks(queue="sales", first="2024-01-01", grades="ABCD", **columns):
    """Quality of a queue, a grade a week."""
    start = pd.date_range(first, periods=len(grades), freq="7D", tz="Europe/Paris")
    faults = dict.fromkeys(["missing", "duplicates", "zeros", "handled_above", "aht_outliers"], 0)
    table = pd.DataFrame({"queue": queue, "start": start, "due": 100, **faults, "level": 1.0})
    return table.assign(grade=list(grades), why="", **columns)


def heights(ax, label):
    (bars,) = [bars for bars in ax.containers if bars.get_label() == label]
    return [bar.get_height() for bar in bars]


def test_a_cell_a_week_under_each_other_and_none_where_a_queue_has_no_week():
    table = pd.concat([weeks("sales", grades="AABD"), weeks("help", "2024-01-15", "CA")])
    ax = plot_quality(table)
    (mesh,) = [shape for shape in ax.collections if shape.get_array() is not None]
    assert mesh.get_array().filled(-1).tolist() == [[-1, -1, 2, 0], [0, 0, 1, 3]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["help", "sales"]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["A sound, 50%", "B usable, 17%", "C doubtful, 17%", "D not to be used, 17%"]
    assert ax.get_ylim() == (2, 0)


def test_the_grades_have_four_colours_of_falling_lightness():
    ax = plot_quality(pd.concat([weeks("sales"), weeks("help")]))
    colours = np.array([bars[0].get_facecolor()[:3] for bars in ax.containers])
    # Relative luminance as of WCAG: what colour-blind eyes and grey printers keep.
    light = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4) @ [
        0.2126,
        0.7152,
        0.0722,
    ]
    assert light[0] > 1.5 * max(light[1], light[2])
    assert min(light[1], light[2]) > 10 * max(light[3], 0.01)


def test_one_queue_shows_what_is_at_fault_above_its_grades():
    ax = plot_quality(weeks(missing=[0, 4, 0, 90], zeros=[0, 0, 20, 10]))
    assert heights(ax, "missing") == [0, 4, 0, 90]
    assert heights(ax, "zeros") == [0, 0, 20, 10]
    assert [bar.get_y() for bar in ax.containers[1]] == [0, 4, 0, 90]
    assert [len(bars) for bars in ax.containers] == [4, 4, 1, 1, 1, 1]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["missing", "zeros", "A sound", "B usable", "C doubtful", "D not to be used"]
    assert ax.get_title("left") == "sales: intervals at fault, and the grade of each week"
    assert min(ax.get_yticks()) == 0


def test_weeks_are_named_by_their_monday_as_many_as_fit():
    ax = plot_quality(weeks(grades="A" * 60))
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert named[:2] == ["1 Jan 2024", "4 Mar 2024"]
    assert len(named) == 7


def test_many_queues_are_counted_and_not_named():
    ax = plot_quality(pd.concat([weeks(f"q{n}") for n in range(81)]))
    assert not ax.get_yticklabels()
    assert ax.get_ylabel() == "81 queues"


def test_a_sound_queue_and_odd_names_can_be_drawn():
    svg = drawn(plot_quality(weeks("$x_1$ <b>", grades="AA")), "Quality").svg
    assert "$x_1$ &lt;b&gt;: intervals at fault" in svg


def test_draws_into_the_axes_given_and_refuses_what_it_cannot_show():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert plot_quality(weeks(), ax=ax) is ax
    with pytest.raises(Refused, match="no rows"):
        plot_quality(weeks().head(0))
    with pytest.raises(Refused, match="several rows for one queue and week"):
        plot_quality(pd.concat([weeks(), weeks()]))
