"""Settings: frozen, self-checking, read from TOML; every fault is one line that names its key."""

import copy
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Self

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.settings import Settings


class Goal(Settings):
    share: float = Field(default=0.8, gt=0, le=1)
    within_s: float | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.within_s == 0:
            raise Refused("goal, within_s", "found 0", "leave it out")
        return self


class Line(Settings):
    aht_s: float = Field(gt=0)
    trunks: int = 1
    overflow: bool = False
    goal: Goal = Goal()
    hours: OpeningHours | None = None


class Site(Settings):
    zone: str
    start: date | None = None
    lines: dict[str, Line] = Field(default_factory=dict)
    goals: list[Goal] | None = None
    desks: dict[str, Line] = Field(default={"one": Line(aht_s=1)}, min_length=1)
    steps: tuple[int, ...] = Field(default=(1,), min_length=1)

    @field_validator("zone")
    @classmethod
    def _on_earth(cls, zone: str) -> str:
        if zone == "Mars":
            raise ValueError("Nobody answers there")
        return zone

    @model_validator(mode="after")
    def _of_use(self) -> Self:
        if self.goals == []:
            raise Refused("", "no goals", "name one, or leave them out")
        return self


WHOLE = """
zone = "Europe/Paris"
start = 2024-05-06
[lines.sales]
aht_s = 180
goal = { share = 0.9, within_s = 20 }
hours = { mon-fri = "08:00-18:00" }
[[goals]]
share = 0.5
"""


@pytest.fixture
def site(a_file: Callable[[str, str | bytes], Path]) -> Callable[[str | bytes], Site]:
    return lambda text: Site.from_toml(a_file("site.toml", text))


def test_toml_becomes_settings(site: Callable[[str | bytes], Site]) -> None:
    read = site(WHOLE)
    assert read == Site(
        zone="Europe/Paris",
        start=date(2024, 5, 6),
        lines={
            "sales": Line(
                aht_s=180,
                goal=Goal(share=0.9, within_s=20),
                hours=OpeningHours.parse({"mon-fri": "08:00-18:00"}),
            )
        },
        goals=[Goal(share=0.5)],
    )


def test_a_file_saved_by_a_windows_editor_is_read(site: Callable[[str | bytes], Site]) -> None:
    assert site(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()) == site(WHOLE)


LINE = 'zone = "UTC"\n[lines.sales]\naht_s = 180\n'
REFUSED = {
    "an unknown key": (
        'zone = "UTC"\nzonne = 1',
        "zonne: unknown key 'zonne'; did you mean zone?",
    ),
    "a misspelt key, so missing too": (
        'zonne = "UTC"',
        "zonne: unknown key 'zonne'; did you mean zone?",
    ),
    "a key like none": (
        'zone = "UTC"\ncolour = 1',
        "colour: unknown key 'colour'; choose from zone, start, lines, goals, desks, steps",
    ),
    "an unknown key inside": (
        LINE + "hour = {}",
        "lines.sales.hour: unknown key 'hour'; did you mean hours?",
    ),
    "an unknown key deeper inside": (
        LINE + "goal = { shares = 0.9 }",
        "lines.sales.goal.shares: unknown key 'shares'; did you mean share?",
    ),
    "an unknown key in a list": (
        'zone = "UTC"\n[[goals]]\n[[goals]]\nwithin = 3',
        "goals.1.within: unknown key 'within'; did you mean within_s?",
    ),
    "a missing key": (
        'zone = "UTC"\n[lines.sales]',
        "lines.sales.aht_s: this key is missing; add it (`callplan init` shows every key)",
    ),
    "a target above 100%": (
        LINE + "goal = { share = 1.2 }",
        "lines.sales.goal.share: found 1.2; it must be at most 1",
    ),
    "a share in percent": (
        LINE + "goal = { share = 85 }",
        "lines.sales.goal.share: found 85; it must be at most 1: 85% is 0.85",
    ),
    "a share in percent, as text": (
        LINE + "goal = { share = '85' }",
        "lines.sales.goal.share: found '85'; it must be at most 1",
    ),
    "a negative share": (
        LINE + "goal = { share = -1 }",
        "lines.sales.goal.share: found -1; it must be greater than 0",
    ),
    "no table of those there must be": (
        'zone = "UTC"\ndesks = {}',
        "desks: it is empty; add a [desks.NAME] table",
    ),
    "an empty list": (
        'zone = "UTC"\nsteps = []',
        "steps: it is empty; give at least one",
    ),
    "a value where a list is due": (
        'zone = "UTC"\nsteps = 3',
        "steps: found 3; make it a list: [value, value]",
    ),
    "a value where a table of tables is due": (
        'zone = "UTC"\ndesks = 3',
        "desks: found 3; make it a table: { key = value }",
    ),
    "half a line": (
        LINE + "trunks = 1.5",
        "lines.sales.trunks: found 1.5; a whole number is needed",
    ),
    "neither true nor false": (
        LINE + 'overflow = "perhaps"',
        "lines.sales.overflow: found 'perhaps'; say true or false",
    ),
    "text for a number": (
        LINE.replace("180", '"long"'),
        "lines.sales.aht_s: found 'long'; a number is needed",
    ),
    "an infinite number": (
        LINE.replace("180", "inf"),
        "lines.sales.aht_s: found inf; a finite number is needed",
    ),
    "not a number": (
        LINE.replace("180", "nan"),
        "lines.sales.aht_s: found nan; a finite number is needed",
    ),
    "a table where a value is due": (
        "zone = {}",
        "zone: a table; a text is needed, in quotation marks",
    ),
    "what any other check refuses": (
        'zone = "Mars"',
        "zone: found 'Mars'; nobody answers there",
    ),
    "a value where a table is due": (
        LINE + "goal = 3",
        "lines.sales.goal: found 3; make it a table: { key = value }",
    ),
    "opening hours that are no table": (
        LINE + 'hours = "08:00-18:00"',
        "lines.sales.hours: found '08:00-18:00'; make it a table: { key = value }",
    ),
    "what a check of ours refuses": (
        LINE + "goal = { within_s = 0 }",
        "lines.sales.goal.within_s: found 0; leave it out",
    ),
    "opening hours": (
        LINE + 'hours = { mom = "08:00-18:00" }',
        "lines.sales.hours.mom: unknown weekday 'mom'; did you mean mon?",
    ),
}


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_a_faulty_key_is_refused_in_one_line(
    site: Callable[[str | bytes], Site], text: str, line: str
) -> None:
    with pytest.raises(Refused) as refused:
        site(text)
    assert str(refused.value) == f"site.toml, {line}"


def test_broken_toml_names_its_line(site: Callable[[str | bytes], Site]) -> None:
    with pytest.raises(Refused) as refused:
        site('zone = "UTC"\nstart = \n')
    assert str(refused.value).startswith("site.toml: not valid TOML: Invalid value (at line 2, column")
    assert str(refused.value).endswith("; mend that line")


def test_files_that_cannot_be_read_are_refused(site: Callable[[str | bytes], Site], tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        site('zone = "Orléans"'.encode("latin-1"))
    assert str(refused.value) == "site.toml: not UTF-8 text (invalid continuation byte); save it as UTF-8"
    with pytest.raises(Refused) as refused:
        Site.from_toml(tmp_path / "none.toml")
    assert str(refused.value) == (
        f"{tmp_path / 'none.toml'}: no such file; `callplan init` writes a commented one"
    )
    with pytest.raises(Refused) as refused:
        Site.from_toml(tmp_path)
    assert str(refused.value) == f"{tmp_path}: cannot be read (Is a directory); give a readable file"


def test_a_fault_of_the_whole_names_the_file_alone(site: Callable[[str | bytes], Site]) -> None:
    with pytest.raises(Refused) as refused:
        site('zone = "UTC"\ngoals = []')
    assert str(refused.value) == "site.toml: no goals; name one, or leave them out"


def test_settings_made_in_code_are_refused_like_those_in_a_file() -> None:
    with pytest.raises(Refused) as refused:
        Goal(share=1.2)
    assert str(refused.value) == "share: found 1.2; it must be at most 1"
    with pytest.raises(Refused, match=r"^goal\.shares: unknown key 'shares'; did you mean share\?$"):
        Line(aht_s=3, goal={"shares": 1})
    with pytest.raises(Refused, match=r"^site, self: unknown key 'self'; choose from"):
        Site.from_dict({"zone": "UTC", "self": 1}, "site")


def test_an_argument_of_another_class_is_refused_by_name() -> None:
    goal = Goal()
    assert Goal.expect(goal, "goal") is goal
    with pytest.raises(Refused) as refused:
        Goal.expect({"share": 0.9}, "goal")
    assert str(refused.value) == "goal: found a dict; give Goal(...)"
    with pytest.raises(Refused, match="goal: found None; give Goal"):
        Goal.expect(None, "goal")


def test_a_what_if_is_checked_and_leaves_the_rest() -> None:
    line = Line(aht_s=180, goal=Goal(share=0.9))
    assert line.replace(aht_s=200) == Line(aht_s=200, goal=Goal(share=0.9))
    assert line.aht_s == 180
    assert line.replace() == line
    assert line.replace(aht_s=200).replace(aht_s=180) == line
    with pytest.raises(Refused, match=r"^aht_s: found -1; it must be greater than 0$"):
        line.replace(aht_s=-1)
    with pytest.raises(Refused, match=r"^aht: unknown key 'aht'; did you mean aht_s\?$"):
        line.replace(aht=200)


def test_a_what_if_keeps_what_was_not_set_unset() -> None:
    assert Line(aht_s=180).replace(aht_s=200).model_fields_set == {"aht_s"}


def test_settings_are_frozen() -> None:
    goal = Goal()
    with pytest.raises(ValidationError):
        goal.share = 0.5  # type: ignore[misc]
    assert goal.share == 0.8


def test_equal_settings_hash_alike_however_they_are_ordered() -> None:
    one = Site(zone="UTC", lines={"a": Line(aht_s=1), "b": Line(aht_s=2)}, goals=[Goal()])
    other = Site(zone="UTC", lines={"b": Line(aht_s=2), "a": Line(aht_s=1)}, goals=[Goal()])
    assert one == other
    assert hash(one) == hash(other)
    assert hash(one) != hash(one.replace(zone="Europe/Paris"))
    assert hash(Goal()) != hash(Site(zone="UTC"))


def test_settings_may_hold_what_pydantic_does_not_know() -> None:
    class Thing:
        pass

    class Holder(Settings):
        thing: Thing

    thing = Thing()
    assert Holder(thing=thing).thing is thing


def test_settings_survive_a_copy_and_another_process() -> None:
    site = Site(zone="UTC", lines={"a": Line(aht_s=1, hours=OpeningHours.parse({"mon": "09:00-17:00"}))})
    assert pickle.loads(pickle.dumps(site)) == copy.deepcopy(site) == site
