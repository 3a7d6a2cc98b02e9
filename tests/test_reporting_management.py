"""The management report as page and workbook: the same in both languages, whole, and the same bytes again."""

import html
import re
import string
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from planning.management import Given, ManagementReport, ReportSettings, management_report
from planning.scorecard import Scorecard, scorecard
from planning.site import Site
from planning.sla import Settlement
from reporting import fonts
from reporting.languages import LANGUAGES, language
from reporting.management import (
    management_document,
    other,
    scorecard_document,
    write_management_page,
    write_management_workbook,
)
from reporting.management.goals import settlement
from reporting.management.parts import Listing, Saying
from reporting.management.pictures import Painter

NO_FONT = "no font with Chinese letters here: apt-get install fonts-noto-cjk"
needs_font = pytest.mark.skipif(fonts.font_for("通话") is None, reason=NO_FONT)


def history() -> pd.DataFrame:
    start = pd.date_range("2024-03-04 09:00", "2024-05-10 16:30", freq="30min", tz="Europe/Paris")
    start = start[(start.hour >= 9) & (start.hour < 17) & (start.day_of_week < 5)]
    calls = 20.0 + start.hour.to_numpy() % 5
    rows = pd.DataFrame(
        {"start": start, "minutes": 30, "offered": calls, "handled": calls - 1, "abandoned": 1.0}
    )
    rows = rows.assign(answered_within=calls - 4, within_s=20.0, wait_s=calls * 10, transferred=2.0, ivr=5.0)
    rows = rows.assign(talk_s=calls * 200, hold_s=calls * 10, acw_s=calls * 30, abandoned_within=1.0)
    return pd.concat([rows.assign(queue=name) for name in ("sales", "客服 <b>")], ignore_index=True)


@pytest.fixture(scope="module")
def report() -> ManagementReport:
    queue = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3}
    site = Site.from_dict(
        {
            "zone": "Europe/Paris",
            "currency": "EUR",
            "model": "mean_of_4",
            "queues": {"sales": queue, "客服 <b>": queue},
        },
        "site.toml",
    )
    level = {"figure": "service_level", "target": 0.85, "within_s": 20}
    settings = ReportSettings.from_dict(
        {
            "client": "<script>alert(1)</script> & 银行",
            "period": "2024-W19",
            "conventions": True,
            "outlook_weeks": 2,
            "fee": {"amount": 1000},
            "goals": [{**level, "credits": [{"at": 0.85, "share": 0.1}]}, {"figure": "asa_s", "target": 20}],
        },
        "report.toml",
    )
    times = pd.to_datetime(["2024-05-08 09:00", "2024-05-08 10:00"]).tz_localize("Europe/Paris")
    days = pd.to_datetime(["2024-05-06", "2024-05-07"])
    counts = {
        "attempts": 100.0,
        "reached": 40.0,
        "success": 10.0,
        "failure": 30.0,
        "introduced": 20.0,
        "sales": 5.0,
    }
    given = Given(
        exclusions=pd.DataFrame({"start": times[:1], "end": times[1:], "reason": "=1+1 <i>"}),
        outbound=pd.DataFrame({"date": days, "list": "spring"}).assign(**counts),
        passed_through={"cases": pd.DataFrame({"kind": ["=cmd()", "other"], "cases": [3, 4]})},
    )
    return management_report(history(), site, settings, now=datetime(2024, 6, 1, tzinfo=UTC), given=given)


@pytest.fixture(scope="module")
def pages(report: ManagementReport, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {code: page(report, code, tmp_path_factory.mktemp(code)) for code in LANGUAGES}


class Reader(HTMLParser):
    """Reads a page: its text, its ids, its tables row by row, whatever it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.ids, self.loads, self.tags, self.cells = "", [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.ids += [named["id"]] if "id" in named else []
        self.loads += [
            named[key] for key in ("src", "href") if key in named and not named[key].startswith("#")
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(report: ManagementReport, code: str, folder: Path) -> str:
    write_management_page(management_document(report, code), folder / f"{code}.html")
    return (folder / f"{code}.html").read_text(encoding="utf-8")


def leaves(texts: dict, path: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in texts.items():
        found |= leaves(value, f"{path}.{key}") if isinstance(value, dict) else {f"{path}.{key}": value}
    return found


def test_all_languages_have_the_same_texts_with_the_same_places() -> None:
    english, chinese = (leaves(dict(language(code).texts)) for code in LANGUAGES)
    assert set(english) == set(chinese)
    for key, text in english.items():
        if key.startswith(".dates") or not isinstance(text, str):
            continue
        of = [
            {name for _, name, _, _ in string.Formatter().parse(said) if name}
            for said in (text, chinese[key])
        ]
        assert of[0] == of[1], key
        assert text.strip(), key


def test_every_word_of_the_chinese_report_is_chinese_but_for_names() -> None:
    kept = {".words.wape", ".page.lang", ".page.formula", ".page.formula_sum"}
    kept |= {".page.alt"}
    for key, text in leaves(dict(language("zh").texts)).items():
        if isinstance(text, str) and not key.startswith(".dates") and key not in kept:
            assert re.search("[一-鿿]", text), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_needs_nothing_else_and_holds_no_markup_of_others(pages: dict[str, str], code: str) -> None:
    text = pages[code]
    reader = Reader(text)
    assert reader.loads == []
    assert "http:" not in re.sub(r'xmlns[^=]*="[^"]*"', "", text)
    assert "@import" not in text
    assert not [tag for tag, _ in reader.tags if tag in ("script", "link", "img", "iframe", "i", "b")]
    assert len(reader.ids) == len(set(reader.ids))
    assert html.escape("<script>alert(1)</script>") in text
    assert "客服 &lt;b&gt;" in text
    # Every figure can be read by those who cannot see it.
    pictures = [named for tag, named in reader.tags if tag == "svg"]
    assert len(pictures) > 10
    assert all(named["role"] == "img" and len(named["aria-label"]) > 20 for named in pictures)
    assert dict(reader.tags[0][1])["lang"] == {"en": "en", "zh": "zh-Hans"}[code]
    used = set(re.findall(r'xlink:href="#([^"]+)"', text))
    assert used <= set(reader.ids)


def test_every_figure_stands_beside_its_formula_and_its_numbers(
    report: ManagementReport, pages: dict[str, str]
) -> None:
    text = html.unescape(pages["en"])
    rows = report.figures[(report.figures["queue"] == "sales") & (report.figures["by"] == "period")]
    value = rows.set_index("figure")
    top, below = value.loc["answered", ["numerator", "denominator"]]
    said = f"Answer ratio = calls answered / calls offered = {top:,.0f} / {below:,.0f} = {top / below:.1%}"
    assert said in text
    assert "Service level within 20 s = answered in time / calls offered" in text
    for name in value.index:
        assert f"{language('en').word(name)}" in text
    assert "short_abandoned" in text, "the column that a convention lacks is named"


def test_the_page_in_chinese_says_the_same(pages: dict[str, str]) -> None:
    text = html.unescape(pages["zh"])
    for said in (
        "管理报告",
        "1. ACD 报告",
        "7. IVR 来电",
        "接通率 = 接听量 / 呼入量",
        "5月6日 周一",
        "2024年5月6日",
    ):
        assert said in text
    english = re.findall(r"\d+\.\d%", html.unescape(pages["en"]))
    assert set(english) == set(re.findall(r"\d+\.\d%", text))


def test_the_seven_sections_stand_there_whatever_the_history_lacks(tmp_path: Path) -> None:
    site = Site.from_dict(
        {"zone": "Europe/Paris", "queues": {"sales": {"shrinkage": 0.3, "p_wait": 0.2}}}, "s"
    )
    settings = ReportSettings(client="Bank", period="2024-W19", outlook_weeks=0, queues=("sales",))
    bare = history()[["queue", "start", "minutes", "offered"]]
    now = datetime(2024, 6, 1, tzinfo=UTC)
    found = management_report(bare[bare["queue"] == "sales"], site, settings, now=now)
    document = management_document(found, "en")
    assert [section.title[:2] for section in document.sections[:11]] == [f"{n}." for n in range(1, 10)] + [
        "10",
        "11",
    ]
    text = html.unescape(page(found, "en", tmp_path))
    assert "ASA: the history lacks wait_s, handled." in text
    assert "Not supplied" in text
    assert "No goals are set" in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_holds_the_same_tables(report: ManagementReport, code: str, tmp_path: Path) -> None:
    document = management_document(report, code)
    write_management_workbook(document, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert len(book.sheetnames) == 1 + len(document.sections) + len(document.sheets)
    for sheet, section in zip(book.worksheets[1:], [*document.sections, *document.sheets], strict=True):
        cells = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for blocks in section.blocks.values():
            for listing in (block for block in blocks if isinstance(block, Listing)):
                assert [column.heading for column in listing.columns] in cells
                numbers = {
                    round(n, 6) for row in listing.rows for n in row[1:] if type(n) is float and n == n
                }
                there = {round(float(n), 6) for row in cells for n in row if isinstance(n, int | float)}
                assert numbers <= there
    # Text of others stays text.
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_the_same_report_is_the_same_bytes(
    report: ManagementReport, pages: dict[str, str], tmp_path: Path
) -> None:
    document = management_document(report, "en")
    assert page(report, "en", tmp_path) == pages["en"]
    for name in ("a", "b"):
        write_management_workbook(document, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_without_a_font_pictures_are_in_english_and_it_is_said(
    report: ManagementReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_chinese_fonts", tuple)
    assert Painter(language("zh")).lacks_font
    assert not Painter(language("en")).lacks_font
    assert "本机没有中文字体" in page(report, "zh", tmp_path)


@needs_font
def test_with_a_font_pictures_are_in_chinese_without_boxes(report: ManagementReport, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # Matplotlib warns of each letter that a font lacks.
        warnings.simplefilter("error")
        text = page(report, "zh", tmp_path)
    assert "本机没有中文字体" not in text
    assert "CJK" in text


def test_dates_and_numbers_are_written_as_a_language_does() -> None:
    english, chinese = map(language, LANGUAGES)
    assert english.whole_day(date(2026, 10, 5)) == "Mon 5 Oct 2026"
    assert chinese.whole_day(date(2026, 10, 5)) == "2026年10月5日"
    assert chinese.month(date(2026, 10, 5)) == "2026年10月"
    assert english.number(-0.004, "change") == "−0.4%"
    assert english.number(-0.0001, "change") == "0.0%"
    assert english.number(None, "count") == "–"
    assert english.number(0.0, "count") == "0"
    assert english.formula("sum(a) * (1 - mean(b))") == "a × (1 − mean(b))"


def test_scores_are_a_page_and_a_workbook(tmp_path: Path) -> None:
    metric = {"name": "n", "formula": "sum(handled) / sum(offered)", "target": 0.9, "weight": 1}
    card = Scorecard.from_dict({"subjects": {"甲 <A>": "a.csv"}, "metrics": [metric]}, "scorecard.toml")
    days = pd.to_datetime(["2026-02-03", "2026-03-02"])
    table = pd.DataFrame({"date": days, "offered": [100, 100], "handled": [81, 90]})
    scores = scorecard(card, {"甲 <A>": table})
    formulas = {one.name: one.formula for one in card.metrics}
    for code in LANGUAGES:
        document = scorecard_document(scores, formulas, card.by, card.most, code)
        write_management_page(document, tmp_path / "s.html")
        write_management_workbook(document, tmp_path / "s.xlsx")
        text = html.unescape((tmp_path / "s.html").read_text(encoding="utf-8"))
        assert "100.0" in text
        assert language(code).formula(metric["formula"]) in text
        assert language(code).word("n") not in text, "a metric keeps its name"


def test_a_report_of_a_week_without_calls_is_drawn(report: ManagementReport, tmp_path: Path) -> None:
    rows = report.figures.assign(value=float("nan"), numerator=float("nan"), denominator=float("nan"))
    pattern = report.pattern.assign(offered=float("nan"))
    empty = SimpleNamespace(
        **{**vars(report), "figures": rows, "pattern": pattern, "convention_of": report.convention_of}
    )
    text = html.unescape(page(empty, "en", tmp_path))  # type: ignore[arg-type]
    assert "nothing counted" in text


def test_the_amount_follows_from_the_shares_as_they_are_written(report: ManagementReport) -> None:
    for amount, share in ((80000.0, 0.026451612903), (1000.0, 1 / 3), (12345678.0, 0.015), (100.0, 0.02)):
        written = float(language("en").exact_share(share, of=amount).rstrip("%")) / 100
        assert abs(written - share) * amount < 0.005
    assert language("en").exact_share(0.02, of=80000) == "2.0%"
    own = Settlement(0.0, 0.015, 0.026451612903, 0.015, 80000.0)
    lines = settlement(SimpleNamespace(settlement=own), language("en"))
    found = re.search(r"80,000.00 × \(([\d.]+)% − ([\d.]+)%\) = −916.13", lines[1])
    assert found
    assert round(80000 * (float(found[1]) - float(found[2])) / 100, 2) == -916.13


@pytest.mark.parametrize("code", LANGUAGES)
def test_sheets_have_short_names_that_are_whole(code: str) -> None:
    tabs = [section["tab"] for section in language(code).texts["sections"].values()]
    assert len(set(tabs)) == len(tabs)
    assert max(map(len, tabs)) <= 14


def test_what_a_page_folds_is_open_on_paper(report: ManagementReport, pages: dict[str, str]) -> None:
    folded = sum(
        block.folded
        for section in management_document(report, "en").sections
        for blocks in section.blocks.values()
        for block in blocks
        if isinstance(block, Listing)
    )
    reader = Reader(pages["en"])
    boxes = [named["id"] for tag, named in reader.tags if tag == "input"]
    assert len(boxes) == folded > 0
    assert [named["for"] for tag, named in reader.tags if tag == "label"] == boxes
    assert "details" not in {tag for tag, _ in reader.tags}
    paper = pages["en"].partition("@media print")[2]
    assert ".fold:not(:checked) ~ .folded { display: block; }" in paper


def test_a_review_shows_notes_days_and_what_the_lists_allow(
    report: ManagementReport, pages: dict[str, str]
) -> None:
    assert report.outbound is not None
    assert "Best day" in pages["en"]
    assert "回顾" in pages["zh"]
    assert "No notes on this period" in pages["en"]
    unequal = [{"whole": "reached", "rows": 2, "list": "spring", "classes": 41.0, "counted": 40.0}]
    table = pd.DataFrame(unequal).assign(date=pd.Timestamp("2024-05-06"))
    found = other.outbound(replace(report.outbound, unequal=table), language("en"))
    said = [block.text for block in found if isinstance(block, Saying)]
    assert any("“Reached”: 2 (first Mon 6 May 2024, spring: 41 of 40)" in line for line in said)


def test_a_goal_in_chinese_has_no_english_words(pages: dict[str, str]) -> None:
    assert "服务水平（20 秒，占呼入）" in pages["zh"]
    assert "20 s" not in html.unescape(pages["zh"])
    assert "Service level (20 s, of offered)" in pages["en"]
