"""The files beside a `report.toml`, read as the report takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from callplan import files
from callplan.errors import Refused
from callplan.tables import EXCLUSIONS, FORECAST, OUTBOUND, REVIEW, Table, read
from planning.management.report import Given
from planning.management.settings import ReportSettings
from planning.site import Site

if TYPE_CHECKING:
    from callplan.store import Store


def read_given(settings: ReportSettings, folder: str | Path, site: Site, store: Store | None = None) -> Given:
    """Read the files that the settings name, from their folder.

    A file of exclusions, of outbound results or notes, or of the client's own that has a header and no rows
    is taken for none.
    """
    folder = Path(folder)
    return Given(
        exclusions=_read(folder, settings.exclusions, EXCLUSIONS, site, may_be_empty=True),
        forecast=_read(folder, settings.forecast, FORECAST, site),
        store=store,
        outbound=_read(folder, settings.outbound, OUTBOUND, site, may_be_empty=True),
        outbound_review=_read(folder, settings.outbound_review, REVIEW, site, may_be_empty=True),
        passed_through={
            name: files.load(folder / file).reset_index(drop=True)
            for name, file in settings.passed_through.named().items()
        },
    )


def _read(
    folder: Path, name: str, table: Table, site: Site, *, may_be_empty: bool = False
) -> pd.DataFrame | None:
    if not name:
        return None
    try:
        return read(folder / name, table, site.zone)
    except Refused as fault:
        if may_be_empty and fault.found == "no rows":
            return None
        raise
