"""The languages of a report: its words, and how numbers and dates are written."""

from reporting.languages.language import LANGUAGES, Language, language

__all__ = ["LANGUAGES", "Language", "language"]
