"""The report a client gets: as one HTML page and as a workbook, in English or Chinese."""

from reporting.management.book import write_management_workbook
from reporting.management.document import Document, management_document, scorecard_document
from reporting.management.page import write_management_page

__all__ = [
    "Document",
    "management_document",
    "scorecard_document",
    "write_management_page",
    "write_management_workbook",
]
