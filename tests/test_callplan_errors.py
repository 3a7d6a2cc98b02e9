"""Refusals are one line, travel between processes, and name the nearest right word."""

import pickle

import pytest

from callplan.errors import CallplanError, Infeasible, Refused, Remark, closest, nearest


def test_a_refusal_says_where_what_and_what_to_do_in_one_line() -> None:
    refused = Refused("calls.csv, row 7", "found 'a\nb'\r\n", "write  it\tso")
    assert str(refused) == "calls.csv, row 7: found 'a b' ; write it so"
    assert (refused.where, refused.found, refused.do) == (
        "calls.csv, row 7",
        "found 'a\nb'\r\n",
        "write  it\tso",
    )


def test_a_refusal_without_a_place_begins_with_what_was_found() -> None:
    assert str(Refused("", "found 3", "give 2")) == "found 3; give 2"


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    back = pickle.loads(pickle.dumps(Refused("here", "found 3", "give 2")))
    assert (back.where, back.found, back.do) == ("here", "found 3", "give 2")
    assert str(back) == "here: found 3; give 2"


def test_exit_codes_tell_refused_from_infeasible() -> None:
    assert Refused("", "", "").exit_code == 1
    assert Infeasible().exit_code == 3
    assert issubclass(Refused, CallplanError)
    assert issubclass(Refused, ValueError)  # so that notebooks may catch what they know


def test_a_remark_is_one_line_too() -> None:
    assert str(Remark("sa\nles: 3 calls")) == "sa les: 3 calls"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Offered", "did you mean offered?"),
        ("aht", "did you mean aht_s?"),
        ("xyz", "choose from aht_s, offered"),
        ("", "choose from aht_s, offered"),
    ],
)
def test_nearest_advises(name: str, advice: str) -> None:
    assert nearest(name, ["aht_s", "offered"]) == advice


def test_nearest_cuts_a_long_list_and_says_so() -> None:
    names = [f"{n:02}" for n in range(40)]
    assert nearest("xyz", names) == f"choose from {', '.join(names[:30])} ..."
    assert nearest("xyz", names[:30]).endswith(" 29")


def test_closest_gives_the_name_as_it_is_spelt_or_none() -> None:
    assert closest("AHT_S", ["Aht_s"]) == "Aht_s"
    assert closest("aht", ["aht_s"], alike=0.75) == "aht_s"
    assert closest("aht", ["aht_s"], alike=0.76) is None
