"""Who said a figure: its kind, source and date, written beside it in `quote.toml`."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from callplan.errors import Refused
from quoting.terms.group import Day, Group

Kind = Literal["client_estimate", "our_forecast", "measured", "contract", "assumption"]


class Said(Group):
    """What a figure is, and where it comes from. All but an assumption has a source and a date.

    >>> Said(kind="client_estimate", who="the client", source="tender, page 4", date="2026-09-01").kind
    'client_estimate'
    """

    kind: Kind = "assumption"
    who: str = ""
    source: str = ""
    date: Day | None = None

    @model_validator(mode="after")
    def _with_source_and_date(self) -> Self:
        for key in ("source", "date"):
            if self.kind != "assumption" and not getattr(self, key):
                raise Refused(key, f"a figure of kind {self.kind} without a {key}", f"add its {key}")
        return self


def apart(content: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Said]]:
    """Return a file's content as plain values, and what was said of them, by path.

    A figure may stand as `aht_s = 240` or as `aht_s = { value = 240, kind = "assumption", who = "ops" }`.
    A table may hold `said = { ... }`, which speaks of all its figures that do not say otherwise; at the
    top of the file it speaks of all.

    >>> plain, said = apart({"traffic": {"aht_s": {"value": 240, "who": "ops"}, "calls": 2000}})
    >>> plain, said["traffic.aht_s"].who
    ({'traffic': {'aht_s': 240, 'calls': 2000}}, 'ops')
    """
    said: dict[str, Said] = {}
    return _plain(content, "", said), said


def _plain(value: Any, path: str, said: dict[str, Said]) -> Any:
    if isinstance(value, list):
        return [_plain(item, f"{path}.{n}", said) for n, item in enumerate(value, 1)]
    if not isinstance(value, Mapping):
        return value
    if "value" in value:
        said[path] = _read({key: inner for key, inner in value.items() if key != "value"}, path)
        return value["value"]
    if "said" in value:
        said[path] = _read(value["said"], f"{path}.said".lstrip("."))
    inside = {key: inner for key, inner in value.items() if key != "said"}
    return {key: _plain(inner, f"{path}.{key}".lstrip("."), said) for key, inner in inside.items()}


def _read(content: Any, path: str) -> Said:
    if not isinstance(content, Mapping):
        raise Refused(path, f"found {content!r}", 'make it a table: { kind = "assumption", who = "..." }')
    try:
        return Said(**content)
    except Refused as fault:
        raise Refused(f"{path}.{fault.where}", fault.found, fault.do) from None


def nearest_said(path: str, said: Mapping[str, Said]) -> Said:
    """Return what was said of a figure, or of the table that it stands in, or that nobody said anything."""
    return next((said[place] for place in _upwards(path) if place in said), Said())


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]
    yield ""
