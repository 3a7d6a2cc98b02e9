"""The commands of a quote as a pricing team calls them: what is written, printed and refused."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from cli import main
from quoting import DEMO_OUTBOUND, DEMO_QUOTE, Quote, Terms, quote
from quoting.summary import summarise_quote

PAPERS = {
    f"{paper}_{language}.{form}"
    for paper in ("offer", "service_plan")
    for language in ("en", "zh")
    for form in ("html", "md")
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == code, done.output
    return done


def demo(name: str = "quote.toml", old: str = "", new: str = "", *, of: Path = DEMO_QUOTE) -> Path:
    """Write the example quote, a piece of it replaced."""
    text = of.read_text(encoding="utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return Path(name)


@pytest.fixture(scope="module")
def quoted() -> Quote:
    return quote(Terms.from_toml(DEMO_QUOTE))


def test_a_quote_becomes_a_folder_and_the_same_one_again() -> None:
    demo()
    said = run("quote", "quote.toml", "--valid-until", "2026-12-31").stdout
    assert "28 seats (26 agents at the peak)" in said
    folder = Path("quote")
    assert {path.name for path in (folder / "for_the_client").iterdir()} == PAPERS
    assert "31 Dec 2026" in (folder / "for_the_client" / "offer_en.html").read_text(encoding="utf-8")
    assert (folder / "quote.toml").read_bytes() == Path("quote.toml").read_bytes()
    assert (folder / "summary.txt").read_text(encoding="utf-8").splitlines()[0] in said

    def digests() -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = digests()
    run("quote", "quote.toml", "--valid-until", "2026-12-31")
    assert digests() == before


def test_a_folder_that_no_quote_has_written_is_left_alone() -> None:
    demo()
    Path("quote").mkdir()
    Path("quote", "quote.xlsx").write_text("mine")
    said = run("quote", "quote.toml", code=1).stderr
    assert "quote.xlsx" in said
    assert Path("quote", "quote.xlsx").read_text() == "mine"
    assert [path.name for path in Path("quote").iterdir()] == ["quote.xlsx"]


def test_a_history_goes_along_into_the_folder() -> None:
    start = pd.date_range("2026-01-05", "2026-06-28 23:30", freq="30min", tz="Europe/Paris")
    start = start[(start.hour >= 8) & (start.hour < 20) & (start.day_of_week < 6)]
    calls = 60 + 30 * (start.hour < 12) + start.day_of_week
    frame = pd.DataFrame({"queue": "shop", "start": start, "minutes": 30, "offered": calls, "aht_s": 200.0})
    frame.to_csv("history.csv", index=False)
    demo("quote.toml", "calls = 60000\n", 'history = "history.csv"\nzone = "Europe/Paris"\n')
    said = run("quote", "quote.toml", "--of", "figures").stdout
    assert "our_forecast" in said
    assert not Path("quote").exists()
    run("quote", "quote.toml")
    assert Path("quote", "history.csv").read_bytes() == Path("history.csv").read_bytes()


def test_an_outbound_quote_has_no_ladder_and_says_how_long_its_list_lasts() -> None:
    demo("sales.toml", of=DEMO_OUTBOUND)
    said = run("quote", "sales.toml").stdout
    assert "The list lasts" in said
    assert "12,025 records a month." in said
    assert "per record, solved" in said
    assert "busy hour" not in said
    assert " call" not in said.replace("per call minimum", "")
    assert Path("sales", "quote.xlsx").is_file()
    assert not Path("sales", "tables", "ladder.csv").exists()
    assert "no table 'ladder'" in run("quote", "sales.toml", "--of", "ladder", code=1).stderr


def test_one_table_is_printed_and_written(quoted: Quote) -> None:
    demo()
    run("quote", "quote.toml", "--of", "months", "-o", "months.csv")
    written = pd.read_csv("months.csv")
    assert written["seats"].tolist() == quoted.sizing.months["seats"].tolist()
    assert run("quote", "quote.toml", "--format", "csv").stdout.startswith("n,method,rate_unit,rate")
    assert not Path("quote").exists()


def test_two_quotes_stand_side_by_side() -> None:
    demo("a.toml")
    demo("b.toml", "rate = 0.18", "rate = 0.28")
    results, terms = run("quote", "--compare", "a.toml", "b.toml", "--format", "csv").stdout.split("\n\n")
    assert results.startswith("n,what,a,b,difference,share")
    assert [line.split(",")[1] for line in terms.splitlines()[1:]] == ["price.rate"]
    assert "name two quotes" in run("quote", "--compare", "a.toml", code=1).stderr
    printed = run("quote", "--compare", "a.toml", "b.toml", "--format", "csv", "-o", "compared.csv").stdout
    assert printed == terms
    assert Path("compared.csv").read_text(encoding="utf-8").splitlines() == results.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("quote.toml --of prices --valid-until 2026-12-31", "--valid-until: has no use with one table"),
        ("quote.toml -o prices.csv --folder f", "--folder: has no use with one table"),
        ("quote.toml --actual came.csv --pool pool.toml", "--pool: has no use with --actual"),
        ("quote.toml --actual came.csv --of prices", "--of: has no use with --actual"),
        ("quote.toml --method 2", "--method: has no use with the whole folder"),
        ("--compare a.toml b.toml --folder f", "--folder: has no use with --compare"),
        ("--init --seed 3", "--seed: has no use with --init"),
        ("--init --outbound", "--outbound: only the example has two kinds"),
        ("quote.toml --demo --compare", "--compare: has no use with --init"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(arguments: str, words: str) -> None:
    assert words in run("quote", *arguments.split(), code=1).stderr
    assert not list(Path().iterdir())


def test_an_offer_is_not_valid_until_a_day_before_it() -> None:
    demo()
    done = run("quote", "quote.toml", "--valid-until", "2026-11-01", code=1)
    assert done.stderr.startswith(
        "callplan: --valid-until: 2026-11-01 is before the quote's date, 2026-11-02"
    )
    assert not Path("quote").exists()


def test_a_fault_found_in_the_work_names_the_file() -> None:
    demo("dear.toml", "base = 12000", "base = 12000000")
    refused = run("quote", "dear.toml", code=1).stderr.splitlines()[-1]
    assert refused.startswith("callplan: dear.toml, billing.3")


def test_the_outbound_example_is_written() -> None:
    run("quote", "--init", "--demo", "--outbound", "calls.toml")
    assert Path("calls.toml").read_bytes() == DEMO_OUTBOUND.read_bytes()


def test_what_came_stands_against_what_was_quoted(quoted: Quote) -> None:
    demo()
    month = quoted.sizing.months.iloc[0]
    charged = float(quoted.fees[2][0]) * 0.98
    cost = quoted.costs[quoted.costs["start"] == month["start"]]["amount"].sum()
    row = {"month": "2027-01-01", "calls": month["calls"], "aht_s": month["aht_s"], "paid_h": month["paid_h"]}
    pd.DataFrame([row | {"cost": cost, "revenue": charged}]).to_csv("came.csv", index=False)
    run("quote", "quote.toml", "--actual", "came.csv", "--method", "3", "-o", "against.csv")
    found = pd.read_csv("against.csv").set_index("measure")["difference"]
    assert found[["calls", "cost", "revenue", "profit"]].abs().max() < 1e-6
    assert (
        "9 billing methods"
        in run("quote", "quote.toml", "--actual", "came.csv", "--method", "10", code=1).stderr
    )


def test_templates_are_written_once_and_never_over_a_file() -> None:
    run("quote", "--init")
    assert "fill it in" in run("quote", "quote.toml", code=1).stderr
    before = Path("quote.toml").read_bytes()
    assert "is there already" in run("quote", "--init", "--demo", code=1).stderr
    assert Path("quote.toml").read_bytes() == before
    run("pool", "--init")
    assert "fill it in" in run("pool", code=1).stderr


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("months = 12", "months = 0", "term.months"),
        ("per_h = 14.20", "per_h = -14.20", "cost.wages.1.per_h"),
        ("shrinkage = 0.30", "shrinkage = 30", "30% is 0.3"),
        ("rate = 0.18", "rate = 1.0", "a margin"),
        ('mon-fri = "08:00-20:00", sat = "09:00-18:00"', 'mon-fri = "closed"', "hours"),
        ("setup = 18500", 'setup = "18500 USD"', "USD"),
        ("service_level = 0.80\nwithin_s = 20\n", 'preset = "world_class"\n', "within_s"),
        ("[direction]\nway", "[directions]\nway", "direction"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_and_nothing_is_written(old: str, new: str, words: str) -> None:
    demo("quote.toml", old, new)
    done = run("quote", "quote.toml", code=1)
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("callplan: quote.toml, ")
    assert words in done.stderr
    assert [path.name for path in Path().iterdir()] == ["quote.toml"]


def test_a_pool_says_its_saving_and_its_split() -> None:
    run("pool", "--init", "--demo", "pool.toml")
    done = run("pool", "pool.toml", "--of", "split", "--format", "csv")
    assert "nobody pays more than without the others" in done.stderr
    assert done.stdout.startswith("client,alone,load_share")


def test_the_summary_says_the_figures_of_the_tables(quoted: Quote) -> None:
    lines = summarise_quote(quoted)
    text = "\n".join(lines)
    for row in quoted.prices.itertuples(index=False):
        line = next(line for line in lines if line.startswith(f"{row.n}. "))
        assert row.rate_is in line
        assert (f"{row.rate:,.4f}" if row.rate < 10 else f"{row.rate:,.2f}") in line
    assert f"{quoted.costs['amount'].sum():,.2f} EUR over the term" in text
    assert "60,000 calls a month given; 62,045 a month reach agents in a mean month of the term" in text
    assert "(contained by the IVR, repeats, transfers, growth, unlike months)" in text
    assert "FTE month" in text
    assert quoted.headline()["margin"] == pytest.approx(0.18 / 0.98 - 0.02 / 0.98, abs=1e-9)


def test_a_method_that_earns_nothing_has_no_margin_to_say(quoted: Quote) -> None:
    prices, margin = quoted.prices.copy(), quoted.margin.copy()
    prices.loc[6, ["revenue", "after_discount"]] = 0.0
    prices.loc[6, ["margin", "margin_after"]] = float("nan")
    margin.loc[(margin["n"] == 7) & (margin["measure"] == "margin"), ["p10", "p90"]] = float("nan")
    text = "\n".join(summarise_quote(replace(quoted, prices=prices, margin=margin)))
    assert "given, which earns nothing; a loss in" in text
    assert "nan" not in text
