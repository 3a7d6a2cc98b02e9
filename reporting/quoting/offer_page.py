"""A paper for a client as one HTML page or as Markdown: a template each, the same for all languages."""

import re
from pathlib import Path
from typing import Any, Literal

from callplan.errors import Refused, nearest
from reporting.management.page import written
from reporting.management.pictures import Painter, alt
from reporting.quoting.offer_parts import Paper

Form = Literal["html", "md"]
FORMS = ("html", "md")
# What CommonMark and the tables of GitHub read as markup inside a line, and at its beginning.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$&#])")
_LEADING = re.compile(r"^(?:[-+=](?=[-=\s]|$)|(\d+)(?=[.)](?:\s|$)))")


def render(paper: Paper, form: Form) -> str:
    """Write a paper as one self-contained HTML page or as Markdown; the same input gives the same text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    if form not in FORMS:
        raise Refused("form", f"unknown form {form!r}", nearest(str(form), FORMS))
    whole: Any = {"autoescape": True} if form == "html" else {"finalize": markdown}
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **whole,
    ).get_template(f"offer.{form}.j2")
    painter = Painter(paper.words)
    return template.render(
        paper=paper,
        text=paper.words.texts["page"],
        cells=lambda listing: written(listing, paper.words),
        picture=painter.picture,
        alt=lambda listing, chart: alt(listing, chart, paper.words),
        lacks_font=painter.lacks_font,
    )


def markdown(value: Any) -> str:
    r"""Write a value on one line of Markdown, where it is read as the text that it is.

    >>> print(markdown("a | *b*"), markdown("1. c"), markdown("-12.5"))
    a \| \*b\* 1\. c -12.5
    """
    text = _MARKUP.sub(r"\\\1", " ".join(str(value).split()))
    found = _LEADING.match(text)
    if not found:
        return text
    place = found.end() if found[1] else 0
    return f"{text[:place]}\\{text[place:]}"
