"""Money as it is written: to the cent."""

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def cents(amount: float) -> float:
    """Return an amount rounded to the cent, half a cent away from zero, as people and worksheets round.

    A double holds half a cent as a hair more or less; 15 digits are what it is sure of.

    >>> cents(194_887.34 / 0.8), round(194_887.34 / 0.8, 2)
    (243609.18, 243609.17)
    """
    return float(Decimal(f"{amount:.15g}").quantize(_CENT, ROUND_HALF_UP))
