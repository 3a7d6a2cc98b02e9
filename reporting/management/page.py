"""A report as one HTML page that needs nothing else: mailed, opened offline, printed, read on a phone."""

from pathlib import Path

from callplan.files import replacing
from reporting.languages import Language, language
from reporting.management.parts import Document, Listing
from reporting.management.pictures import Painter


def write_management_page(document: Document, path: str | Path) -> None:
    """Write a document as one self-contained HTML file; the same input gives the same bytes.

    Pictures have their letters drawn in, with a font of this machine; where it has none for the language,
    they are labelled in English and the page says so.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = language(document.language)
    painter = Painter(words)
    page = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("page.html.j2")
    notes = document.notes + ([words.say("notes", "no_font")] if painter.lacks_font else [])
    text = page.render(
        document=document,
        notes=notes,
        picture=painter.picture,
        cells=lambda listing: written(listing, words),
        tints=tints,
        text=words.texts["page"],
    )
    with replacing(path) as part:
        part.write_bytes(text.encode())


def written(listing: Listing, words: Language) -> list[list[str]]:
    """Return the cells of a list as its language writes them; a word in a column of numbers stays."""
    return [
        [
            cell if isinstance(cell, str) else words.number(cell, column.kind)
            for cell, column in zip(row, listing.columns, strict=True)
        ]
        for row in listing.rows
    ]


def tints(listing: Listing) -> list[list[str]]:
    """Return the depth of tint behind each number of a heat map's table, and behind each sign of a grid."""
    numbers = [cell for row in listing.rows for cell in row[1:] if isinstance(cell, float) and cell == cell]
    most = max(numbers, default=0.0)
    return [[_tint(cell, most) for cell in row] for row in listing.rows]


def _tint(cell: object, most: float) -> str:
    if isinstance(cell, float) and cell == cell and most > 0:
        depth = min(6, int(6 * cell / most + 0.999))
        return f"b{depth}" if depth else ""
    return {"○": "miss", "E": "out", "–": "gone"}.get(cell, "") if isinstance(cell, str) else ""
