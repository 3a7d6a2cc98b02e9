"""Settings that check themselves: frozen, read from TOML, refused in one line with the nearest right key."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from callplan.errors import Refused, nearest


class Settings(BaseModel):
    """Base of every room's settings. A what-if is `settings.replace(field=value)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)

    # The command that writes a commented file of these settings: a refusal sends its reader there.
    written_by: ClassVar[str] = "callplan init"
    # The page that shows such a file, where no command writes one.
    shown_in: ClassVar[str] = ""

    def __init__(self, /, **fields: Any) -> None:
        # Settings inside settings come through here too, so each names its own faulty key.
        try:
            super().__init__(**fields)
        except ValidationError as fault:
            raise _first_fault(type(self), fault) from None

    def __hash__(self) -> int:
        # The fields alone, as for equality: a cached property joins the others in `__dict__` once it is read.
        return hash((type(self), _frozen({name: getattr(self, name) for name in type(self).model_fields})))

    def replace(self, **changes: Any) -> Self:
        """Return the same settings with some fields changed, checked anew."""
        return type(self)(**{**{name: getattr(self, name) for name in self.model_fields_set}, **changes})

    @classmethod
    def expect(cls, settings: Any, name: str) -> Self:
        """Return an argument that is of this class, or refuse it by name."""
        if not isinstance(settings, cls):
            found = "None" if settings is None else f"a {type(settings).__name__}"
            raise Refused(name, f"found {found}", f"give {cls.__name__}(...)")
        return settings

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a TOML file; a fault is refused with its place and what to do."""
        source = Path(path).name
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            do = f"{cls.shown_in} shows one" if cls.shown_in else f"`{cls.written_by}` writes a commented one"
            raise Refused(str(path), "no such file", do) from None
        except UnicodeDecodeError as fault:
            raise Refused(source, f"not UTF-8 text ({fault.reason})", "save it as UTF-8") from None
        except OSError as fault:
            raise Refused(str(path), f"cannot be read ({fault.strerror})", "give a readable file") from None
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            raise Refused(source, f"not valid TOML: {fault}", "mend that line") from None
        return cls.from_dict(content, source)

    @classmethod
    def from_dict(cls, content: dict[str, Any], source: str) -> Self:
        """Check settings given as nested dictionaries; `source` names them in a refusal."""
        try:
            return cls(**content)
        except Refused as fault:
            where = f"{source}, {fault.where}" if fault.where else source
            raise Refused(where, fault.found, fault.do) from None


def _frozen(value: Any) -> Any:
    """Return a hashable likeness, the same for equal values."""
    if isinstance(value, Mapping):
        return frozenset((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(inner) for inner in value)
    return value


# What pydantic says in a programmer's words, said in a planner's.
_PLAIN = {
    **dict.fromkeys(("dict_type", "model_type"), "make it a table: { key = value }"),
    **dict.fromkeys(("list_type", "tuple_type"), "make it a list: [value, value]"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number is needed"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number is needed"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "say true or false"),
    "finite_number": "a finite number is needed",
    "string_type": "a text is needed, in quotation marks",
    "string_too_short": "a text is needed",
}


def _first_fault(cls: type[Settings], fault: ValidationError) -> Refused:
    """Turn one of pydantic's errors into one line of ours."""
    # A key that is unknown and one that is missing are often the same, misspelt: the former tells how.
    error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    path = [str(part) for part in error["loc"]]
    where, kind, found = ".".join(path), error["type"], error["input"]
    if kind == "extra_forbidden":
        return Refused(where, f"unknown key {path[-1]!r}", nearest(path[-1], cls.model_fields))
    if kind == "missing":
        shown = cls.shown_in or f"`{cls.written_by}`"
        return Refused(where, "this key is missing", f"add it ({shown} shows every key)")
    if kind == "too_short" and not found:
        do = f"add a [{where}.NAME] table" if isinstance(found, Mapping) else "give at least one"
        return Refused(where, "it is empty", do)
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Refused):
        # Its own place, such as "target, service_level", ends with the key; the path is known here.
        key = cause.where.rpartition(", ")[2]
        return Refused(".".join(filter(None, (where, key))), cause.found, cause.do)
    shown = "a table" if isinstance(found, dict | BaseModel) else f"found {found!r}"
    message = str(cause) if cause else _PLAIN.get(kind) or _must_be(error["msg"])
    # "30" for 0.30 is the slip that planners make most.
    if 1 in (context.get("lt"), context.get("le")) and isinstance(found, int | float) and 2 <= found <= 100:
        message += f": {found:g}% is {found / 100:g}"
    elif kind == "float_parsing" and (percent := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", found)):
        message += f": {percent[1]}% is {float(percent[1]) / 100:g}"
    return Refused(where, shown, message[:1].lower() + message[1:])


def _must_be(message: str) -> str:
    for theirs, ours in (
        ("Input should be", "it must be"),
        ("greater than or equal to", "at least"),
        ("less than or equal to", "at most"),
    ):
        message = message.replace(theirs, ours)
    return message
