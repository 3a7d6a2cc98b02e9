"""The commented `site.toml` that a new site begins with."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent

# The settings, and the assumptions, of `callplan demo`.
DEMO_SITE = _HERE / "demo.toml"


def site_template(zone: str, queues: Sequence[str], country: str | None = None) -> str:
    """Return the text of a `site.toml` with every key explained, for these queues.

    >>> "[queues.sales]" in site_template("Europe/Paris", ["sales"])
    True
    """
    one_queue = Template((_HERE / "template_queue.toml").read_text(encoding="utf-8"))
    # A TOML key of other characters than these stands in quotation marks.
    keys = [name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name) for name in queues]
    tables = "\n".join(one_queue.substitute(name=key) for key in keys)
    whole = Template((_HERE / "template.toml").read_text(encoding="utf-8"))
    named = '# country = "FR"' if country is None else f"country = {json.dumps(country)}"
    return whole.substitute(
        zone=zone,
        queues=tables,
        country=named,
        first=keys[0],
        names=", ".join(json.dumps(name) for name in queues),
    )
