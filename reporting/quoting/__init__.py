"""Draws a quote that is handed in as plain frames and mappings: its workbook, its offer."""

from reporting.quoting.offer import render_offer
from reporting.quoting.offer_plan import render_service_plan

__all__ = ["render_offer", "render_service_plan"]
