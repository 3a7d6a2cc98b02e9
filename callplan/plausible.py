"""What a door asks about twice: values that the formulas take, but that were probably typed wrong."""

from callplan.errors import Refused

# Shorter calls than this, or longer, are rare; minutes typed for seconds are not.
SHORTEST_AHT_S, LONGEST_AHT_S = 10.0, 4 * 3600.0


def refuse_odd_aht(aht_s: float, where: str, otherwise: str) -> None:
    """Refuse a handling time below 10 s or above 4 h; `otherwise` says how to have it all the same.

    >>> refuse_odd_aht(4, "--aht", "or ...")
    Traceback (most recent call last):
    callplan.errors.Refused: --aht: a handling time of 4 s, below 10 s; give seconds (4 min are 240), or ...
    """
    if aht_s <= 0:
        raise Refused(where, f"a handling time of {aht_s:g} s", "it must be above 0")
    if aht_s < SHORTEST_AHT_S:
        unlikely, do = "below 10 s", f"give seconds ({aht_s:g} min are {60 * aht_s:g}), {otherwise}"
    elif aht_s > LONGEST_AHT_S:
        unlikely, do = "above 4 h", f"give seconds ({aht_s:g} s are {aht_s / 3600:.2f} h), {otherwise}"
    else:
        return
    raise Refused(where, f"a handling time of {aht_s:g} s, {unlikely}", do)
