"""In which encoding a text file is written: proven as far as it can be, else said."""

import codecs
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from callplan.errors import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 22


def opened(path: Path) -> IO[bytes]:
    """Open a file, unpacked if it is gzip."""
    file = path.open("rb")
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.open(file) if packed else file  # type: ignore[return-value]


def encoding_of(path: Path, wanted: str | None = None) -> tuple[str, str | None]:
    """Return the encoding, and a remark where it cannot be proven.

    A byte order mark proves it, and so do the zeros of UTF-16. A file that is UTF-8 from end to end
    is UTF-8: no other text is by accident. Pairs of bytes that are all Chinese of GB2312 are GBK
    (GB18030); else it is cp1252, or Latin-1 where that has no letter. Of the last ones any bytes
    could be: what it was read as is remarked.
    """
    if wanted:
        try:
            name = codecs.lookup(wanted).name
        except LookupError:
            raise Refused(
                "encoding", f"unknown encoding {wanted!r}", "name it as utf-8, gb18030, cp1252"
            ) from None
        if not _reads(path, name):
            raise Refused(path.name, f"it is not {wanted} text", "leave the encoding out, or name another")
        return name, None
    with opened(path) as file:
        head = _read(path, file, 4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _sure(path, name), None
    zeros = head[0::2].count(0), head[1::2].count(0)
    if sum(zeros):
        wide = max(zeros) > 0.3 * len(head) / 2 and min(zeros) <= 0.05 * max(zeros)
        if not wide:
            raise Refused(path.name, "it is no text (it holds zero bytes)", "export it as CSV or Excel")
        return _sure(path, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), None
    if _reads(path, "utf-8"):
        return "utf-8", None
    if _reads(path, "gb18030", _is_chinese):
        return "gb18030", "read as GBK (GB18030): it is not UTF-8, and reads as Chinese"
    name = "cp1252" if _reads(path, "cp1252") else "latin-1"
    return name, f"read as {name}: it is neither UTF-8 nor Chinese; if letters look wrong, name the encoding"


def _is_chinese(text: str) -> bool:
    """Tell whether all that is not ASCII is in GB2312, whose characters two high bytes write.

    In a western text a high byte mostly stands alone, and the pair it forms with the next is rarer.
    """
    foreign = [letter for letter in text if ord(letter) > 127]
    try:
        common = len("".join(foreign).encode("gb2312", "ignore").decode("gb2312"))
    except UnicodeDecodeError:
        return False
    return common >= 0.95 * len(foreign)


def _sure(path: Path, encoding: str) -> str:
    if not _reads(path, encoding):
        raise Refused(path.name, f"it begins as {encoding}, but is damaged further down", "export it again")
    return encoding


def _reads(path: Path, encoding: str, also: Callable[[str], bool] | None = None) -> bool:
    """Tell whether the whole file can be read in that encoding, strictly."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with opened(path) as file:
            while chunk := _read(path, file, _CHUNK):
                text = decoder.decode(chunk)
                if also and not also(text):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _read(path: Path, file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except (EOFError, OSError, zlib.error) as fault:
        raise Refused(
            path.name, f"cannot be read ({fault})", "the file is damaged: export it again"
        ) from None
