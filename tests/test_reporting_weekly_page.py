"""What the week's page shows of scenarios, and what it needs on a narrow screen and on paper."""

from pathlib import Path

import pandas as pd

from reporting.weekly import plot_scenarios

TEMPLATE = Path(__file__).parent.parent / "reporting" / "report.html.j2"


def test_no_share_beyond_all_is_marked_though_the_hours_have_room() -> None:
    rows = pd.DataFrame(
        {
            "queue": "sales",
            "scenario": ["the plan", "fewer calls"],
            "roster": "as planned",
            "service_level": [0.9, 0.99],
            "p10": [0.8, 0.97],
            "p90": [0.95, 1.0],
            "paid_h": [100.0, 100.0],
            "service_goal": 0.8,
        }
    )
    ax = plot_scenarios(rows)
    marks, (left, right) = ax.get_xticks(), ax.get_xlim()
    assert len(marks) > 2
    assert left <= min(marks)
    assert max(marks) <= 1 < right


def test_wide_blocks_show_that_they_scroll_and_print_without_it() -> None:
    """The shadow is drawn by the style sheet alone: a page needs no script."""
    style, printed = TEMPLATE.read_text(encoding="utf-8").split("@media print")
    assert "background-attachment: local, local, scroll, scroll" in style
    assert "div.scroll { overflow: visible; background: none; }" in printed
