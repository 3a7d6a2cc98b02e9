"""What all pictures share: their size, their colours, how their axes look."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The palette of Okabe and Ito.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#5f6670", "#d9dce1"


def axes(ax: "Axes | None", height: float = 3.1) -> "Axes":
    """Return the axes given, or those of a new figure as wide as a report's column."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=(7.6, height), layout="constrained").subplots()


def count(ax: "Axes") -> None:
    """Label an axis of calls, heads or hours with whole numbers."""
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter("{x:,.0f}")


def dress(ax: "Axes", title: str, unit: str, *, beside: bool = False) -> "Axes":
    """Give every picture the same plain dress; queue names are text, never formulas.

    The legend stands above the picture, or `beside` it where it has many names.
    """
    named = bool(ax.get_legend_handles_labels()[0])
    ax.set_title(title, loc="left", fontsize=10, pad=22 if named and not beside else 8, parse_math=False)
    ax.set_ylabel(unit, fontsize=8.5, color=GREY)
    ax.tick_params("y", labelsize=8, length=0)
    ax.grid(axis="x", visible=False)
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    if named:
        where: Any = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1), "ncols": 6}
        if beside:
            where = {"loc": "upper left", "bbox_to_anchor": (1, 1.02)}
        ax.legend(frameon=False, fontsize=8, handlelength=1.4, **where)
    return ax
