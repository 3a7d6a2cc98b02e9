"""Settings that check themselves: frozen, read from TOML, refused in one line with the nearest right key."""

import tomllib
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from callplan.errors import Refused, nearest


class Settings(BaseModel):
    """Base of every room's settings. A what-if is `settings.replace(field=value)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def replace(self, **changes: Any) -> Self:
        """Return the same settings with some fields changed, checked anew."""
        return type(self)(**{**{name: getattr(self, name) for name in self.model_fields_set}, **changes})

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a TOML file; a fault is refused with its place and what to do."""
        source = Path(path).name
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Refused(str(path), "no such file", "`callplan init` writes a commented one") from None
        except (OSError, UnicodeDecodeError) as fault:
            raise Refused(str(path), f"cannot be read ({fault})", "give a text file in UTF-8") from None
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            raise Refused(source, f"not valid TOML: {fault}", "mend that line") from None
        return cls.from_dict(content, source)

    @classmethod
    def from_dict(cls, content: dict[str, Any], source: str) -> Self:
        """Check settings given as nested dictionaries; `source` names them in a refusal."""
        try:
            return cls.model_validate(content)
        except ValidationError as fault:
            raise _first_fault(cls, fault, source) from None


def _first_fault(cls: type[BaseModel], fault: ValidationError, source: str) -> Refused:
    """Turn pydantic's first error into one line of ours."""
    error = fault.errors()[0]
    path = [str(part) for part in error["loc"]]
    where = f"{source}, {'.'.join(path)}" if path else source
    if error["type"] == "extra_forbidden":
        known = _keys_beside(cls, path)
        return Refused(where, f"unknown key {path[-1]!r}", nearest(path[-1], known))
    if error["type"] == "missing":
        return Refused(where, "this key is missing", "add it (`callplan init` shows every key)")
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Refused):
        return Refused(f"{where}, {cause.where}" if cause.where else where, cause.found, cause.do)
    message = str(cause) if cause is not None else error["msg"]
    found = error["input"]
    shown = "a table" if isinstance(found, dict | BaseModel) else f"found {found!r}"
    return Refused(where, shown, message[:1].lower() + message[1:])


def _keys_beside(cls: type[BaseModel], path: list[str]) -> list[str]:
    """Return the keys that are known where an unknown one stood."""
    here: Any = cls
    for part in path[:-1]:
        if isinstance(here, type) and issubclass(here, BaseModel) and part in here.model_fields:
            here = _model_inside(here.model_fields[part].annotation)
    return list(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _model_inside(annotation: Any) -> Any:
    """Return the settings class inside an annotation such as `dict[str, Queue]` or `Rules | None`."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return annotation
