"""The chain that joins the rooms: plan a span of days, and hold it against what came."""

from planning.plan import Plan, plan
from planning.review import Review, review
from planning.site import Queue, Site
from planning.summary import summarise
from planning.template import site_template

__all__ = ["Plan", "Queue", "Review", "Site", "plan", "review", "site_template", "summarise"]
