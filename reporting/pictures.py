"""A figure as SVG to stand inside a page: the same bytes for the same picture."""

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in a sentence."""

    svg: Markup
    text: str


def drawn(ax: "Axes", text: str) -> Picture:
    """Draw the figure of the axes; `text` says what it shows, for who cannot see it."""
    import matplotlib as mpl

    file = io.StringIO()
    # Letters stay text, in the page's own font; identifiers come from the content, salted by the
    # sentence so that no two pictures of a page share one by chance.
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": text, "font.sans-serif": ["DejaVu Sans"]}
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page's font has the letters that this one lacks.
        warnings.filterwarnings("ignore", "Glyph")
        ax.figure.canvas.print_figure(file, format="svg", metadata=nothing)
    return Picture(_inline(file.getvalue(), text), text)


def _inline(svg: str, text: str) -> Markup:
    """Keep what is drawn: no XML heading, no fixed size, no style or names that would reach the page."""
    head, _, body = svg.partition("</defs>")
    box = head.partition('viewBox="')[2].partition('"')[0]
    start = Markup('<svg viewBox="{}" role="img" aria-label="{}">').format(box, text)
    return start + Markup(re.sub(r'<g id="[^"]+"', "<g", body))
