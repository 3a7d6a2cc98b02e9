"""What the numbers of a sizing mean, in words that stand beside them."""

from quoting.sizing.arrivals import arrivals, opening
from quoting.sizing.efficiency import Efficiency
from quoting.sizing.measured import measured
from quoting.sizing.people import begins_anew
from quoting.terms.terms import Terms

_OUTBOUND = (
    "Records to call are target_sales / (reached × introduced × sales), spread evenly over the open hours, "
    "every month the same; agents are busy as much as a goal for the occupancy allows."
)


def conventions(terms: Terms, efficiency: Efficiency) -> tuple[str, ...]:
    """Return the conventions that the numbers of a quote follow, one or two sentences each.

    They are what another sizing of the same calls may differ in. 2,000 calls a day of 240 s, seven days a
    week by an hourly profile, at 80/20 with 30% shrinkage and 40 h a week, need 17 seats, and 39.5 FTE open
    8 to 20, 50.0 FTE open 7x24: hours sized one by one, calls outside the opening hours lost, every scheduled
    hour of use. Half hours say the same, for the profile is flat within its hours. If all 2,000 calls come
    from 8 to 20, it is 20 seats and 44.75 FTE. Shifts of 4, 6 and 8.5 h can use 97% of their hours, and make
    40.6 FTE of 39.5.
    """
    of_traffic = (_OUTBOUND,) if terms.direction.way == "outbound" else _of_calls(terms)
    return (*of_traffic, *_of_people(terms, efficiency))


def unseen_h(terms: Terms) -> float:
    """Return the open hours a week of which a history says nothing; 0 without one."""
    if not terms.traffic.history:
        return 0.0
    unseen = opening(terms) & ~measured(terms).seen
    return float(unseen.sum() * terms.traffic.minutes / 60)


def _of_calls(terms: Terms) -> tuple[str, ...]:
    traffic, came = terms.traffic, arrivals(terms)
    goals, patience_s = terms.standard.target, traffic.patience_s
    said = [
        "A typical week is one of the mean month, before growth; a month is 365 / 84 weeks. A day's figure "
        f"is that of the mean open day: there are {came.days} a week."
    ]
    if traffic.history:
        said.append(
            "The volume is our forecast of the four weeks after the history, not the client's figure; the "
            "factors of the workload are laid on what the history counted."
        )
    if traffic.history or traffic.within == "all_hours":
        said.append(f"Calls outside the opening hours ({came.lost:.1%}) are lost: none come back later.")
    else:
        said.append("All calls come in the opening hours, spread over them by the profile.")
    if unseen_h(terms):
        hours = f"{unseen_h(terms):g} open hours a week"
        said.append(f"Of {hours} the history has no row: nothing is known of them, they have minimum_agents.")
    model = "Erlang C: nobody hangs up" if patience_s is None else f"Erlang A: patience {patience_s:g} s"
    said.append(
        f"Each interval of {traffic.minutes} minutes is sized by itself, as if its load lasted ({model}), "
        f"for {goals}; never below {terms.staff.minimum_agents} on the phones."
    )
    if terms.time_band.above_calls is not None:
        said.append(
            f"Of an overflow what comes above {terms.time_band.above_calls:g} calls an interval is ours, in "
            "the mean of Poisson counts. It comes in bursts, which the formulas do not know."
        )
    if traffic.workload.escalated:
        said.append(
            "The second tier is a team of its own with the same goals, and counts in agents and seats."
        )
    return tuple(said)


def _of_people(terms: Terms, efficiency: Efficiency) -> tuple[str, ...]:
    staff = terms.staff
    month = staff.attrition_a_month
    year = {"simple": 12 * month, "compound": 1 - (1 - month) ** 12}
    said = [
        f"Schedule efficiency {efficiency.share:.1%}: {efficiency.said}.",
        f"Paid hours are hours on the phones / (1 - {staff.shrinkage:g}) / {efficiency.share:.4g}; FTE are "
        f"paid hours / {staff.full_time_h:g} h a week, heads the mean of people at work, of contracts of "
        f"{staff.head_h:g} h a week; leaders and support go by FTE. Seats are positions at the peak with "
        f"{staff.spare_seats:.0%} spare.",
        f"Attrition {month:.2%} a month (leavers / mean heads), a year {year['simple']:.1%} simple or "
        f"{year['compound']:.1%} compound; given {staff.attrition:.4g} a {staff.attrition_per}"
        + (f", {staff.attrition_convention}." if staff.attrition_per == "year" else "."),
        "Hires stand in the month from which they are needed, with all the cost of their class, which begins "
        f"{staff.training_weeks:g} weeks before that month. The ramp after it is bought as paid hours more.",
        "A fall of heads costs nothing: people go to other work, or leave and nobody comes for them.",
    ]
    if begins_anew(terms.term).sum() > 1:
        said.append(
            "After months that are not worked the team begins anew: everybody is hired and trained again, as "
            "in the first month."
        )
    return tuple(said)
