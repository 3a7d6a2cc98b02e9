"""What the papers for a client are made of, however they are written: parts, and the blocks in them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reporting.languages import Language, language
from reporting.management.parts import Column, Listing


@dataclass(frozen=True)
class Paragraph:
    """A line of text."""

    text: str


@dataclass(frozen=True)
class Gap:
    """What the terms do not say: its name, and the line that says so."""

    name: str
    text: str


@dataclass(frozen=True)
class Points:
    """Lines one below the other; `numbered` where their order counts."""

    points: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True)
class Facts:
    """What a few things are, each as (name, what it is)."""

    facts: Sequence[tuple[str, str]]


Block = Paragraph | Gap | Points | Facts | Listing


@dataclass(frozen=True)
class Part:
    """A numbered part of a paper."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """A paper for a client in one language, before it is a page or Markdown."""

    words: Language
    title: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]

    @property
    def gaps(self) -> list[str]:
        """What is still to be agreed, in the order in which it comes."""
        return [block.name for part in self.parts for block in part.blocks if isinstance(block, Gap)]


@cache
def offer_words(code: str) -> Language:
    """Return a language, en or zh, with the texts of the papers for a client.

    >>> offer_words("en").say("page", "plan", name="Help"), offer_words("zh").say("page", "plan", name="Help")
    ('Service plan: Help', '服务计划书：Help')
    """
    shared = language(code)
    own = tomllib.loads((Path(__file__).parent / "languages" / f"{code}.toml").read_text(encoding="utf-8"))
    joined = {name: {**shared.texts.get(name, {}), **table} for name, table in own.items()}
    return Language(code, {**shared.texts, **joined})


def percent(share: float) -> str:
    """Write a share as people say it.

    >>> percent(0.8), percent(0.995), percent(1 / 3)
    ('80%', '99.5%', '33.33%')
    """
    return f"{100 * share:.4g}%"


def number(value: float) -> str:
    """Write a number with the decimals that it has, two at most.

    >>> number(2000.0), number(12.5), number(1234.567)
    ('2,000', '12.5', '1,234.57')
    """
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Material:
    """What a paper is made from: the terms, the tables of the quote, the language."""

    terms: Mapping[str, Any]
    tables: Mapping[str, Any]
    words: Language

    def figure(self, path: str) -> Any:
        """Return a figure by its place in the terms; one that a preset gives, from the assumptions."""
        value: Any = self.terms
        for key in path.split("."):
            value = None if value is None else value.get(key)
        if value is None and path in (row := self.tables["assumptions"].set_index("key")["number"]):
            value = row[path]
        return value

    def say(self, key: str, **values: Any) -> str:
        """Return a text with values in their places."""
        return self.words.say("say", key, **values)

    def label(self, key: str) -> str:
        """Return the name of a thing."""
        return str(self.words.texts["labels"][key])

    def heading(self, key: str, kind: str = "word") -> Column:
        """Return a column of a table by its name, with the currency where it holds money."""
        return Column(self.words.say("headings", key, currency=self.terms["currency"]), kind)

    def caption(self, key: str) -> str:
        """Return the caption of a table."""
        return str(self.words.texts["captions"][key])

    def money(self, amount: float) -> str:
        """Write an amount with the currency's code before it."""
        return f"{self.terms['currency']} {amount:,.2f}"

    def joined(self, texts: Sequence[str]) -> str:
        """Write texts in one line."""
        return str(self.words.texts["page"]["join"]).join(texts)

    def gap(self, key: str, *, alone: bool = True) -> Gap:
        """Say that something is to be agreed; `alone` where the part's title names it already."""
        name = self.label(key)
        texts = self.words.texts["page"]
        return Gap(name, str(texts["agreed"] if alone else texts["agreed_of"].format(name=name)))

    def part(self, key: str, blocks: Sequence[Block]) -> Part:
        """Return a part under its title."""
        return Part(key, str(self.words.texts["parts"][key]), blocks)
