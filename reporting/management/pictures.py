"""The charts of a report as pictures: letters drawn as shapes, so that they show on any machine."""

import io
import math
import re
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.dress import BLACK, BLUE, GREY, PALE, SKY, VERMILION
from reporting.fonts import LATIN, font_for
from reporting.languages import Language, language
from reporting.management.parts import Chart, Heat, Listing
from reporting.pictures import Picture
from reporting.words import missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As wide as a phone shows without turning; a page shows it larger.
_WIDTH, _HEIGHT = 4.6, 2.3
_LABELS = 6


class Painter:
    """Draws the charts of a document in its language, or in English where no font has its letters."""

    def __init__(self, words: Language) -> None:
        drawn = [leaf for table in ("charts", "words", "dates") for leaf in _leaves(words.texts[table])]
        letters = "".join(map(str, drawn))
        found = font_for(letters)
        self.words = words
        self.lacks_font = found is None
        self._number = count(1)
        self._labels = words if found else language("en")
        self._font = found or LATIN

    def picture(self, listing: Listing, chart: Chart | Heat) -> Picture:
        """Return the picture of a chart of a list, with what it shows in a sentence."""
        import matplotlib as mpl

        text = alt(listing, chart, self.words)
        family = [self._font, LATIN]
        settings: Any = {"svg.fonttype": "path", "svg.hashsalt": text, "font.family": family}
        with mpl.rc_context({**settings, "axes.unicode_minus": False}):
            from matplotlib.figure import Figure

            heat = isinstance(chart, Heat)
            height = max(_HEIGHT, 0.13 * len(listing.rows) + 0.8) if heat else _HEIGHT
            ax = Figure(figsize=(_WIDTH, height), layout="constrained").subplots()
            draw: Any = self._heat if heat else self._series
            draw(ax, listing, chart)
            return Picture(_svg(ax, text, f"p{next(self._number)}"), text)

    def _series(self, ax: "Axes", listing: Listing, chart: Chart) -> None:
        rows = listing.rows[:-1] if listing.total else listing.rows
        place = np.arange(len(rows))
        ends = [self._values(rows, one.column) for one in chart.series if one.style in ("lo", "hi")]
        if len(ends) == 2:
            label = self._labels.say("charts", "band")
            ax.fill_between(place, ends[0], ends[1], color=SKY, alpha=0.4, linewidth=0, label=label)
        for one in chart.series:
            values, label = self._values(rows, one.column), self._labels.word(one.word)
            if one.style == "bar":
                ax.bar(place, values, width=0.7, color=SKY, edgecolor=BLUE, linewidth=0.5, label=label)
            elif one.style == "line":
                ax.plot(place, values, "o-", color=BLACK, markersize=2.6, linewidth=1.1, label=label)
            elif one.style == "goal":
                ax.step(place, values, "--", where="mid", color=VERMILION, linewidth=1.1, label=label)
        every = max(1, -(-len(rows) // _LABELS))
        ax.set_xticks(place[::every], [self._label(row[0], chart.by) for row in rows[::every]])
        # Lines of shares, and bands, show what they do only where the axis need not reach down to zero.
        styles = {one.style for one in chart.series}
        if "bar" in styles or not ("lo" in styles or chart.kind == "share"):
            ax.set_ylim(bottom=0)
        kind = chart.kind
        ax.yaxis.set_major_formatter(lambda value, _: self._tick(value, kind))
        self._dress(ax, chart.title, legend=len(chart.series) > 1)

    def _heat(self, ax: "Axes", listing: Listing, chart: Heat) -> None:
        numbers = np.array([[_float(cell) for cell in row[1:]] for row in listing.rows])
        # Light to dark of one colour: it survives colour blindness and a grey printer.
        mesh = ax.pcolormesh(numbers, cmap="Blues", vmin=0, edgecolors="white", linewidth=0.6)
        weekdays = self._labels.texts["dates"]["weekdays"]
        ax.set_xticks(np.arange(len(chart.weekdays)) + 0.5, [weekdays[day] for day in chart.weekdays])
        every = max(1, -(-len(listing.rows) // 16))
        clocks = [str(row[0]) for row in listing.rows]
        ax.set_yticks(np.arange(0, len(clocks), every) + 0.5, clocks[::every])
        ax.invert_yaxis()
        bar = ax.figure.colorbar(mesh, ax=ax, shrink=0.8)
        bar.ax.tick_params(labelsize=8, length=0)
        bar.outline.set_visible(False)
        self._dress(ax, chart.title, legend=False)
        ax.grid(visible=False)
        ax.spines[["left", "bottom"]].set_visible(False)

    def _dress(self, ax: "Axes", title: str, *, legend: bool) -> None:
        said = self._labels.say("charts", title)
        ax.set_title(said, loc="left", fontsize=10, pad=20 if legend else 8, parse_math=False)
        ax.tick_params(labelsize=8.5, length=0, labelcolor=GREY)
        ax.grid(axis="y", color=PALE, linewidth=0.6)
        ax.set_axisbelow(True)
        ax.spines[["top", "right", "left"]].set_visible(False)
        if legend:
            ax.legend(frameon=False, fontsize=8.5, loc="lower left", bbox_to_anchor=(-0.01, 0.98), ncols=4)

    def _values(self, rows: Sequence[Sequence[Any]], column: int) -> np.ndarray:
        return np.array([_float(row[column]) for row in rows])

    def _label(self, value: Any, by: str) -> str:
        if by == "word":
            return "\n".join(str(self._result(value)).split(" "))
        return self._labels.month(value) if by == "month" else self._labels.short_day(value)

    def _result(self, value: Any) -> str:
        """Return a word in the language of the labels, where that is another than the report's."""
        if self._labels is self.words:
            return str(value)
        keys = {str(word): key for key, word in self.words.texts["words"].items()}
        return self._labels.word(keys.get(str(value), str(value)))

    def _tick(self, value: float, kind: str) -> str:
        text = f"{value:.1%}" if kind == "share" else f"{value:,.1f}"
        return text.replace(".0", "")


def alt(listing: Listing, chart: Chart | Heat, words: Language) -> str:
    """Say what a chart shows: the lowest and the highest of each series, and where."""
    rows = listing.rows[:-1] if listing.total else listing.rows
    if isinstance(chart, Heat):
        named = [(one.heading, n) for n, one in enumerate(listing.columns) if n]
        cells = [(_float(row[n]), heading, row[0]) for row in rows for heading, n in named]
        known = [cell for cell in cells if not math.isnan(cell[0])]
        if not known:
            return words.say("page", "alt_empty", name=words.say("charts", chart.title))
        low, high = min(known, key=lambda cell: cell[0]), max(known, key=lambda cell: cell[0])
        ends = {"low": words.number(low[0], "mean"), "least": f"{low[1]} {low[2]}"}
        ends |= {"high": words.number(high[0], "mean"), "most": f"{high[1]} {high[2]}"}
        return words.say("page", "alt_heat", **ends)
    first = listing.columns[0].kind
    said = []
    for one in chart.series:
        if one.style == "goal":
            continue
        points = [(_float(row[one.column]), words.number(row[0], first)) for row in rows]
        known_points = [point for point in points if not math.isnan(point[0])]
        name = listing.columns[one.column].heading
        if not known_points:
            said.append(words.say("page", "alt_empty", name=name))
            continue
        low_, high_ = min(known_points, key=lambda p: p[0]), max(known_points, key=lambda p: p[0])
        kind = listing.columns[one.column].kind
        ends = {"low": words.number(low_[0], kind), "low_at": low_[1]}
        ends |= {"high": words.number(high_[0], kind), "high_at": high_[1]}
        said.append(words.say("page", "alt_series", name=name, **ends))
    join = "; " if words.code == "en" else "；"
    title = words.say("charts", chart.title)
    return words.say("page", "alt", title=title, series=join.join(said))


def _svg(ax: "Axes", text: str, own: str) -> str:
    """Return an SVG to stand inside a page: no heading, no fixed size, its names begin with `own`."""
    import html

    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    ax.figure.canvas.print_figure(file, format="svg", metadata=nothing)
    head, _, body = file.getvalue().partition("</defs>")
    box = head.partition('viewBox="')[2].partition('"')[0]
    body = re.sub(r'<g id="[^"]+"', "<g", body)
    body = re.sub(r"\s*<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'(id="|xlink:href="#|url\(#)', rf"\g<1>{own}-", body)
    return f'<svg viewBox="{box}" role="img" aria-label="{html.escape(text)}">{body}'


def _float(cell: Any) -> float:
    return math.nan if missing(cell) or isinstance(cell, str) else float(cell)


def _leaves(table: Any) -> list[Any]:
    if isinstance(table, dict):
        return [leaf for value in table.values() for leaf in _leaves(value)]
    return [leaf for value in table for leaf in _leaves(value)] if isinstance(table, list) else [table]
