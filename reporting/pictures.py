"""A figure as a file, or as SVG to stand inside a page: the same bytes for the same picture."""

import html
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callplan.files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure


def save_picture(figure: "Figure | SubFigure", path: str | Path) -> None:
    """Write a figure in the format of the suffix, .png or .svg."""
    import matplotlib as mpl

    kind = Path(path).suffix.lower()[1:]
    # An SVG would hold the date, and names drawn by lot.
    dateless = {"Date": None} if kind == "svg" else None
    with replacing(path) as part, mpl.rc_context({"svg.hashsalt": "callplan"}):
        figure.canvas.print_figure(part, format=kind, dpi=150, metadata=dateless)


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in a sentence."""

    svg: str
    text: str


def drawn(ax: "Axes", text: str) -> Picture:
    """Draw the figure of the axes; `text` says what it shows, for who cannot see it."""
    import matplotlib as mpl

    file = io.StringIO()
    # Letters stay text, in the page's own font; identifiers come from the content, and the salt
    # keeps those of a page's pictures apart.
    salt = ax.get_title("left") + text
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": salt, "font.sans-serif": ["DejaVu Sans"]}
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page's font has the letters that this one lacks.
        warnings.filterwarnings("ignore", "Glyph")
        ax.figure.canvas.print_figure(file, format="svg", metadata=nothing)
    return Picture(_inline(file.getvalue(), text), text)


def _inline(svg: str, text: str) -> str:
    """Keep what is drawn: no XML heading, no fixed size, no style or names that would reach the page."""
    head, _, body = svg.partition("</defs>")
    box = head.partition('viewBox="')[2].partition('"')[0]
    body = re.sub(r'<g id="[^"]+"', "<g", body)
    return f'<svg viewBox="{box}" role="img" aria-label="{html.escape(text)}">{body}'
