"""Fonts for the letters of a picture: one that has Chinese, where the machine has any."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

# Matplotlib's own, which is on every machine.
LATIN = "DejaVu Sans"
# In the order they are taken; a file of the first names holds the forms of several countries.
_CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei"),
    *("PingFang SC", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Sans CJK JP", "Droid Sans Fallback"),
)


def font_for(letters: str) -> str | None:
    """Return the name of a font that has all of these letters, or None where the machine has none.

    >>> font_for("calls, s")
    'DejaVu Sans'
    """
    from matplotlib.font_manager import fontManager

    if _has_all(fontManager.findfont(LATIN), letters):
        return LATIN
    for name, path in _chinese_fonts():
        if _has_all(path, letters):
            return name
    return None


@cache
def _chinese_fonts() -> tuple[tuple[str, str], ...]:
    """Return the Chinese fonts of the machine by name, with their files."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = _named((entry.name, entry.fname) for entry in fontManager.ttflist)
    if not known:
        # Matplotlib keeps its list from an earlier day: a font that was installed since is not on it.
        listed = {entry.fname for entry in fontManager.ttflist}
        for path in sorted(findSystemFonts()):
            if path not in listed and "CJK" in Path(path).name and "Regular" in Path(path).name:
                fontManager.addfont(path)
        known = _named((entry.name, entry.fname) for entry in fontManager.ttflist)
    return known


def _named(fonts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found = {name: path for name, path in sorted(fonts, reverse=True) if name in _CHINESE}
    return tuple((name, found[name]) for name in _CHINESE if name in found)


def _has_all(path: str, letters: str) -> bool:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(path)
    return all(font.get_char_index(ord(letter)) for letter in letters if not letter.isspace())
