"""A figure as SVG to stand inside a page: the same bytes for the same picture."""

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in a sentence."""

    svg: Markup
    text: str


def picture(ax: "Axes", text: str) -> Picture:
    """Draw the figure of the axes; `text` says what it shows, for who cannot see it."""
    import matplotlib as mpl

    file = io.StringIO()
    # Letters stay text, in the page's own font; identifiers come from the content, salted by the
    # sentence so that two pictures of one page never share one.
    settings = {"svg.fonttype": "none", "svg.hashsalt": text}
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page's font has the letters that matplotlib's own one lacks.
        warnings.filterwarnings("ignore", "Glyph")
        ax.figure.savefig(file, format="svg", metadata=nothing, transparent=True)
    return Picture(_inline(file.getvalue(), text), text)


def _inline(svg: str, text: str) -> Markup:
    """Keep what is drawn: no XML heading, no fixed size, no names of groups (a page repeats them)."""
    box = re.search(r'viewBox="([^"]+)"', svg)
    body = svg[svg.index("<defs>") :] if box else svg
    body = re.sub(r'<g id="[^"]+"', "<g", body)
    start = Markup('<svg viewBox="{}" role="img" aria-label="{}">').format(box[1] if box else "", text)
    return start + Markup(body)
