"""The chain that joins the rooms: plan a span of days, and hold it against what came."""

from planning.explain import Step, explain
from planning.importing import (
    Imported,
    did_in_words,
    import_file,
    own_profiles,
    quality_site,
    read_in_words,
)
from planning.overrides import Override, add_override
from planning.plan import Plan, plan
from planning.publishing import publish
from planning.review import Review, has_come, review
from planning.rosters import Roster, read_roster, reschedule_site, roster_site, summarise_roster
from planning.service import expected_service, schedule_site, service_by_heads
from planning.simulation import simulate_site
from planning.site import Queue, Site
from planning.steps import (
    PLAIN_MODELS,
    as_staffed,
    at_site,
    backtest_site,
    bands_site,
    forecast_site,
    read_history,
    repairs_site,
    staff_site,
)
from planning.summary import summarise
from planning.template import DEMO_SITE, site_template
from planning.tracking import Ledger, track

__all__ = [
    "DEMO_SITE",
    "PLAIN_MODELS",
    "Imported",
    "Ledger",
    "Override",
    "Plan",
    "Queue",
    "Review",
    "Roster",
    "Site",
    "Step",
    "add_override",
    "as_staffed",
    "at_site",
    "backtest_site",
    "bands_site",
    "did_in_words",
    "expected_service",
    "explain",
    "forecast_site",
    "has_come",
    "import_file",
    "own_profiles",
    "plan",
    "publish",
    "quality_site",
    "read_history",
    "read_in_words",
    "read_roster",
    "repairs_site",
    "reschedule_site",
    "review",
    "roster_site",
    "schedule_site",
    "service_by_heads",
    "simulate_site",
    "site_template",
    "staff_site",
    "summarise",
    "summarise_roster",
    "track",
]
