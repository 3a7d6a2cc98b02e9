"""The commented quote.toml: every key of the terms, no figure; and the filled examples."""

import copy
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from callplan.errors import Refused
from callplan.settings import Settings
from erlang.queues import CONVENTIONS
from forecasting import profiles
from quoting.terms.figures import UNFILLED, leaves
from quoting.terms.said import Kind
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE, quote_template
from quoting.terms.terms import FACTORS, Terms
from quoting.terms.units import UNITS, unit_of
from scheduling import Rules

TEMPLATE = tomllib.loads(quote_template())
# The same with every key that stands behind a # taken for one.
WHOLE = tomllib.loads(re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", quote_template()))
DEMOS = [DEMO_QUOTE, DEMO_OUTBOUND]


def keys(content: Any, path: str = "") -> set[str]:
    """Return the path of every key of a file, tables too, without the numbers of lists."""
    if isinstance(content, list):
        return set().union(*(keys(item, path) for item in content))
    if not isinstance(content, dict) or path == "time_band.hours":
        return {path}
    return set().union({path}, *(keys(inner, f"{path}.{key}".lstrip(".")) for key, inner in content.items()))


def fields(settings: type[Settings], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of every key that settings can have, with what it may be."""
    for name, field in settings.model_fields.items():
        here = f"{path}.{name}".lstrip(".")
        yield here, field.annotation
        inner = [kind for kind in types(field.annotation) if issubclass(kind, Settings)]
        if inner and inner[0] is not Rules and here not in ("said", "time_band.hours"):
            yield from fields(inner[0], here)


def types(annotation: Any) -> list[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation]
    return [kind for part in get_args(annotation) for kind in types(part)]


def choices(annotation: Any) -> set[Any]:
    """Return the words, or numbers, of which a key may be one."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return set().union(*(choices(part) for part in get_args(annotation)))


def test_every_key_of_the_terms_is_in_the_template_and_no_other() -> None:
    known = {path for path, _ in fields(Terms)} - {"said"}
    # One of the two sides of a step is not for credits, the other not for bonuses.
    known -= {"sla.credits.above", "sla.bonuses.below"}
    shifts = {f"staff.shifts.{key}" for key in Rules.model_fields}
    there = keys(WHOLE) - {""}
    assert there - shifts == known
    assert there & shifts == {
        f"staff.shifts.{key}" for key in ("lengths_h", "start_every_min", "meal_min", "meal_from_h")
    }


def test_every_figure_of_the_terms_has_a_unit_and_no_other() -> None:
    # These may be a word, or are one of three numbers.
    others = {"staff.schedule_efficiency", "traffic.profile", "traffic.minutes"}
    figures = {
        path for path, annotation in fields(Terms) if {int, float} & set(types(annotation)) or path in others
    }
    assert figures == set(UNITS)
    assert unit_of("billing.3.included") == UNITS["billing.included"]


def test_the_template_has_the_eight_groups_first_in_their_order() -> None:
    tables = [name for name, value in TEMPLATE.items() if isinstance(value, dict | list)]
    assert tuple(tables[:8]) == FACTORS
    assert set(tables[8:]) == {"staff", "cost", "price", "billing"}
    text = quote_template()
    banner = text.index("THE EIGHT GROUPS"), text.index("OUR SIDE")
    assert banner[0] < text.index("[direction]") < text.index("[other]") < banner[1] < text.index("[staff]")


def test_no_figure_of_the_template_looks_like_a_benchmark() -> None:
    filled = {path: value for path, value in leaves(WHOLE) if value != UNFILLED}
    assert filled == {"traffic.aht_as_given": True, "standard.preset": "world_class"}


def test_every_key_of_the_template_is_explained() -> None:
    a_key = re.compile(r"(?:# )?(?:[a-z_]+ = |\[)")
    for block in quote_template().split("\n\n"):
        lines = block.splitlines()
        has_prose = any(line.startswith("# ") and not a_key.match(line) for line in lines)
        for line in (line for line in lines if a_key.match(line) and "[" not in line[:4]):
            assert has_prose or "#" in line.lstrip("# "), line


def test_every_choice_is_named_in_the_template() -> None:
    texts = {choice for _, annotation in fields(Terms) for choice in choices(annotation)}
    names = {*map(str, texts), *get_args(Kind), *CONVENTIONS, *profiles()}
    assert {"7x24", "commission", "client_estimate", "30", "virtual", "office"} <= names
    missing = {name for name in names if not re.search(rf"(?<!\w){name}(?!\w)", quote_template())}
    assert not missing


def test_an_unfilled_template_is_refused_by_the_first_question_mark() -> None:
    with pytest.raises(Refused) as fault:
        Terms.from_dict(TEMPLATE, "quote.toml")
    count = sum(value == UNFILLED for _, value in leaves(TEMPLATE))
    text = f"quote.toml, name: found '?'; fill it in (and {count - 1} more: client, by, date, currency, ...)"
    assert str(fault.value) == text


def test_the_last_question_mark_is_refused_by_its_place() -> None:
    content = tomllib.loads(DEMO_QUOTE.read_text(encoding="utf-8"))
    for place, path in (
        (content["cost"]["wages"][0], "per_h"),
        (content["traffic"], "calls"),
        (content["other"]["skills"], 1),
    ):
        kept = place[path]
        place[path] = UNFILLED
        with pytest.raises(
            Refused, match=r"^quote.toml, [a-z_.]+\.(1\.per_h|calls|2|skills\.2): found '\?'; fill it in$"
        ):
            Terms.from_dict(content, "quote.toml")
        place[path] = kept
    content["traffic"]["calls"] = {"value": UNFILLED, "who": "the client"}
    with pytest.raises(Refused, match=r"^quote.toml, traffic\.calls: found '\?'; fill it in$"):
        Terms.from_dict(content, "quote.toml")
    content["traffic"]["calls"] = {"value": 900, "who": UNFILLED}
    with pytest.raises(Refused, match=r"^quote.toml, traffic\.calls\.who: found '\?'; fill it in$"):
        Terms.from_dict(content, "quote.toml")


def test_what_is_not_commented_out_is_enough_for_a_quote() -> None:
    """Filled with the figures of the example, where they have the same place."""
    example = tomllib.loads(DEMO_QUOTE.read_text(encoding="utf-8"))
    content = copy.deepcopy(TEMPLATE)

    def fill(place: Any, values: Any) -> Any:
        if isinstance(place, dict):
            return {key: fill(inner, values[key]) for key, inner in place.items()}
        if isinstance(place, list):
            return [fill(inner, value) for inner, value in zip(place, values, strict=False)]
        return values

    filled = fill(content, example)
    filled["time_band"] = {"kind": "7x24"}
    filled["cost"]["wages"][0]["share"] = 1
    terms = Terms.from_dict(filled, "quote.toml")
    assert terms.currency == "EUR"
    assert UNFILLED not in dict(leaves(filled)).values()


@pytest.mark.parametrize("demo", DEMOS, ids=lambda path: path.stem)
def test_the_examples_are_terms_and_say_that_they_are_invented(demo: Path) -> None:
    terms = Terms.from_toml(demo)
    assert "invented" in terms.name
    assert demo.read_text(encoding="utf-8").startswith("# An invented quote")
    assert terms.said_of("cost.seat_per_month").source == "invented"
    assert terms.direction.way == ("outbound" if demo == DEMO_OUTBOUND else "inbound")


def test_the_example_shows_every_table() -> None:
    shown = keys(tomllib.loads(DEMO_QUOTE.read_text(encoding="utf-8")))
    assert {name for name in Terms.model_fields if name != "said"} <= shown
