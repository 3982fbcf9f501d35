"""pydantic's complaints turned into faults: which key, which line, what is allowed, what was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.config.faults import Fault, names_a_secret, nearest, shown
from bot.config.text import Key, TomlFile

AnyModel = TypeVar("AnyModel", bound=BaseModel)

# pydantic's kinds of complaint (by their beginnings) in plain words
_PLAIN: tuple[tuple[str, str], ...] = (
    ("too_short", "needs at least one entry"),
    ("string_too_short", "is empty"),
    ("string_too_long", "is too long"),
    ("string_pattern_mismatch", "does not have the right form"),
    ("string_type", 'is not a text: put it in quotes ("...")'),
    ("int_", "is not a whole number"),
    ("float_", "is not a number"),
    ("bool_", "is neither true nor false"),
    ("greater_than", "is too small"),
    ("less_than", "is too large"),
    ("tuple_type", "is not a list: put it in square brackets"),
    ("list_type", "is not a list: put it in square brackets"),
    ("model_type", "is not a table"),
    ("model_attributes_type", "is not a table"),
    ("dict_type", "is not a table"),
    ("date", "is not a day"),
    ("path_type", "is not a path"),
)
_SECRETS_ELSEWHERE = "secrets come from the environment or a file, which are named here by ..._env or ..._file"


def parse(
    model: type[AnyModel], file: TomlFile, bulletin: str = "", data: Mapping[str, object] | None = None
) -> tuple[AnyModel | None, list[Fault]]:
    """A model made of a TOML file (or of ``data`` from it), or None and every fault.

    In a file with syntax errors nothing is called missing: it may stand on a line that could not be read.
    """
    source: Mapping[str, object] = file.data if data is None else data
    try:
        return model.model_validate(source), []
    except ValidationError as error:
        faults = [
            _fault(detail, model, source, file, bulletin)
            for detail in error.errors(include_url=False)
            if not (file.broken and detail["type"] == "missing")
        ]
        return None, faults


def _fault(
    detail: ErrorDetails, model: type[BaseModel], source: Mapping[str, object], file: TomlFile, bulletin: str
) -> Fault:
    key = _key(detail["loc"], source, missing=detail["type"] == "missing")
    if detail["type"].startswith("union_tag"):
        key = (*key, "kind")
    name = written(key)
    owner = _owners(model, key, source)
    field = next((found.model_fields[str(key[-1])] for found in owner if key and key[-1] in found.model_fields), None)
    if field is None and key and isinstance(key[-1], int):
        parents = _owners(model, key[:-1], source)
        field = next((found.model_fields[str(key[-2])] for found in parents if key[-2] in found.model_fields), None)
    value = _value(source, key)
    message, allowed, near = _words(detail, key, model, owner, field, value)
    return Fault(
        file=file.name,
        line=file.line(key),
        key=name,
        value="" if value is None or isinstance(value, dict | list) else shown(name, value),
        message=message,
        allowed=allowed,
        nearest=near,
        bulletin=bulletin,
    )


def _words(
    detail: ErrorDetails,
    key: Key,
    root: type[BaseModel],
    owners: list[type[BaseModel]],
    field: FieldInfo | None,
    value: object,
) -> tuple[str, str, str]:
    """Message, what is allowed, and the nearest match."""
    described = (field.description or "") if field else ""
    kind = detail["type"]
    if kind == "missing":
        return "is missing", described, ""
    if kind == "extra_forbidden":
        names = sorted({name for owner in owners for name in owner.model_fields})
        if names_a_secret(str(key[-1])):
            return "may not stand here", _SECRETS_ELSEWHERE, nearest(f"{key[-1]}_env", names)
        if len(key) > 1 and key[-1] in root.model_fields:
            return "belongs to the whole file: move it above the first line in square brackets", "", ""
        return "is not a known key", ", ".join(names), nearest(str(key[-1]), names)
    if kind.startswith("union_tag"):
        words = _tags(owners)
        return (
            "is not a known kind" if value is not None else "is missing",
            ", ".join(words),
            nearest(str(value), words),
        )
    if kind == "literal_error" and field:
        words = [str(word) for word in _literals(field.annotation)]
        return "is not one of the allowed words", ", ".join(words), nearest(str(value), words)
    if kind == "value_error" and "ctx" in detail:
        return str(detail["ctx"]["error"]), described, ""
    said = next((words for begin, words in _PLAIN if kind.startswith(begin)), None)
    return said or detail["msg"].replace("Input should", "should"), described, ""


def written(key: Key) -> str:
    """A key as people say it: themes[2].leads[1], counted from 1."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _key(loc: tuple[int | str, ...], source: object, missing: bool) -> Key:
    """pydantic's place as a key of the file: the tags that it adds for unions are left out."""
    key: Key = ()
    here = source
    for number, part in enumerate(loc):
        if _holds(here, part):
            here = _value(here, (part,))
        elif not (missing and number == len(loc) - 1):
            continue
        key = (*key, part)
    return key


def _holds(here: object, part: int | str) -> bool:
    if isinstance(here, list):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, Mapping) and part in here


def _value(source: object, key: Key) -> object:
    for part in key:
        if isinstance(source, Mapping):
            source = source.get(part)
        elif isinstance(source, list) and isinstance(part, int):
            source = source[part]
    return source


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """All models in a type, however deep in tuples, unions and Annotated."""
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _literals(annotation: Any) -> Iterator[object]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for inner in get_args(annotation):
        yield from _literals(inner)


def _owners(model: type[BaseModel], key: Key, source: object) -> list[type[BaseModel]]:
    """The models that may hold the last part of a key; of a union only the ones of the kind that the file says."""
    owners = [model]
    here = source
    for part in key[:-1]:
        here = _value(here, (part,))
        if isinstance(part, int):
            continue
        fields = [owner.model_fields[part] for owner in owners if part in owner.model_fields]
        owners = [found for field in fields for found in _models(field.annotation)]
        if isinstance(here, Mapping) and "kind" in here:
            of_kind = [owner for owner in owners if here["kind"] in _kinds(owner)]
            owners = of_kind or owners
    return owners


def _kinds(owner: type[BaseModel]) -> list[object]:
    return list(_literals(owner.model_fields["kind"].annotation)) if "kind" in owner.model_fields else []


def _tags(owners: list[type[BaseModel]]) -> list[str]:
    return [str(kind) for owner in owners for kind in _kinds(owner)]
