"""The report that a client gets for a week or a month: every figure with its formula."""

from planning.management.files import read_given
from planning.management.report import Given, ManagementReport, management_report
from planning.management.settings import ReportSettings, report_template

__all__ = [
    "Given",
    "ManagementReport",
    "ReportSettings",
    "management_report",
    "read_given",
    "report_template",
]
