"""What no group of the terms can see alone: figures that contradict each other, or have no use."""

# Terms are only named here: their module imports this one.
from __future__ import annotations

from typing import TYPE_CHECKING

from callplan.errors import Refused

if TYPE_CHECKING:
    from quoting.terms.terms import Terms
    from quoting.terms.traffic import Traffic

# What a client's figure consists of.
_FIGURE = ("calls", "per", "within", "aht_s", "profile")
# What else says how many calls come, or when: of an outbound quote the funnel and the hours do, every month.
_ARRIVALS = (
    *_FIGURE,
    *("history", "zone", "weekdays", "busy_hour_factor", "workload", "growth_a_year", "peak_month", "months"),
)


def refuse_contradictions(terms: Terms) -> None:
    """Refuse terms of which one group does not fit another, by the key to change."""
    target = terms.standard.target
    if terms.direction.way == "outbound":
        _refuse_calls_of_outbound(terms.traffic)
    elif not terms.traffic.history:
        for key in _FIGURE:
            if getattr(terms.traffic, key) is None:
                raise Refused(f"traffic.{key}", "this key is missing", f"give {key}, or a history")
        _refuse_no_calls_in_hours(terms)
    if target.abandoned is not None and terms.traffic.patience_s is None:
        raise Refused("traffic.patience_s", "a goal for hanging up without a patience", "give patience_s")
    if terms.sla is not None and target.service_level is None:
        do = "give standard.service_level, or leave [sla] out"
        raise Refused("sla", "credits by service level, but none is asked", do)
    if terms.cost.support_per_month and terms.staff.support_span is None:
        do = "give staff.support_span, or leave support_per_month out"
        raise Refused("cost.support_per_month", "a cost of support, but no span of it", do)
    for n, billing in enumerate(terms.billing):
        if billing.method == "commission" and billing.success is None and terms.direction.outbound is None:
            do = "give the share of handled calls that succeed"
            raise Refused(f"billing.{n}.success", "a commission without an outbound funnel", do)


def refuse_premium_of_no_day(terms: Terms) -> None:
    """Refuse a premium for public holidays of which a file names none; a what-if may take them away."""
    if terms.cost.holiday_premium and "holidays_a_year" not in terms.time_band.model_fields_set:
        do = "give time_band.holidays_a_year, or leave holiday_premium out"
        raise Refused("cost.holiday_premium", "a premium, but no public holidays", do)


def _refuse_calls_of_outbound(traffic: Traffic) -> None:
    for key in _ARRIVALS:
        if key in traffic.model_fields_set:
            do = f"leave {key} out: [direction.outbound] and the hours say what is called"
            raise Refused(f"traffic.{key}", "calls that come in, in an outbound quote", do)


def _refuse_no_calls_in_hours(terms: Terms) -> None:
    """Refuse opening hours in which, by the profile and the weights of the weekdays, nobody calls."""
    # Imported here: a file is read before there is anything to forecast.
    from forecasting import Profile

    traffic, hours = terms.traffic, terms.time_band.week.week
    if isinstance(traffic.profile, str):
        profile = Profile.named(traffic.profile, "traffic.profile")
        if "weekdays" in traffic.model_fields_set:
            profile = profile.replace(week=traffic.weekdays)
    else:
        profile = Profile(name="given", week=traffic.weekdays, days=(traffic.profile or (),))
    quarters = profile.cells(15)
    inside = (quarters[day, a // 15 : -(-b // 15)].sum() for day, spans in enumerate(hours) for a, b in spans)
    if not any(share > 0 for share in inside):
        found = "the band covers no hour in which calls come, by traffic.profile and its weekdays"
        raise Refused("time_band.hours", found, "see the hours, the profile and the weekdays")
