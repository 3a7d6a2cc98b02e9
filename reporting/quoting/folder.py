"""A quote as a folder: the workbook and the tables for us, the offer and the service plan for the client."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from callplan import tables as floor
from reporting.folder import SUMMARY, apart_from, move_into, write_lines
from reporting.languages import LANGUAGES
from reporting.quoting.book import write_quote_book
from reporting.quoting.offer import render_offer
from reporting.quoting.offer_page import Form
from reporting.quoting.offer_plan import render_service_plan

WORKBOOK, TABLES, CLIENT = "quote.xlsx", "tables", "for_the_client"
_PAPERS = {"offer": render_offer, "service_plan": render_service_plan}
_FORMS: tuple[Form, ...] = ("html", "md")


def write_quote_folder(
    book: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    *,
    summary: Sequence[str],
    inputs: Mapping[str, bytes],
    valid_until: date | None = None,
) -> None:
    """Write a quote to a folder: all of it, or nothing where a part fails.

    `book` are the arguments of `write_quote_book`, `tables` those that are written as CSV. `inputs` are
    files that the quote was made from, by name, as they are. What the client is to read stands in a folder of
    its own, each paper in each language as a page and as Markdown: no cost and no margin is in it. A
    quote that the folder holds already is replaced, as `reporting.folder.write_folder` replaces a plan.
    """
    with apart_from(folder) as new:
        write_quote_book(new / WORKBOOK, **book)
        write_lines(new / SUMMARY, summary)
        for name, content in inputs.items():
            (new / name).write_bytes(content)
        (new / TABLES).mkdir()
        for name, table in tables.items():
            floor.write(table, new / TABLES / f"{name}.csv")
        (new / CLIENT).mkdir()
        for (name, render), language, form in (
            (paper, language, form) for paper in _PAPERS.items() for language in LANGUAGES for form in _FORMS
        ):
            validity = {"valid_until": valid_until} if name == "offer" else {}
            text = render(book["terms"], tables, language=language, form=form, **validity)
            (new / CLIENT / f"{name}_{language}.{form}").write_bytes(text.encode())
        move_into(new, Path(folder), (WORKBOOK, SUMMARY), [f"{TABLES}/*.csv"])
