"""The commented `quote.toml` that a new quote begins with, and two filled examples."""

from pathlib import Path

_HERE = Path(__file__).parent

# Filled with invented figures: an inbound hotline, and outbound calls.
DEMO_QUOTE = _HERE / "demo.toml"
DEMO_OUTBOUND = _HERE / "demo_outbound.toml"


def quote_template() -> str:
    """Return the text of a `quote.toml` with every key explained, and no figure filled in.

    >>> 'currency = "?"' in quote_template()
    True
    """
    return (_HERE / "template.toml").read_text(encoding="utf-8")
