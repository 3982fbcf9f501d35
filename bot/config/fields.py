"""The kinds of values that configuration files hold: times, addresses, people, paths, and where a secret is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr

from bot.core.timetable import period_parts
from bot.errors import ConfigError, InputError
from bot.mail.authenticity import plain_address

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}")
_PERSON = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>]*?)\s*>\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Settings(BaseModel):
    """Base of all configuration models: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _clock(value: object) -> object:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("is not a time of day")
    return time(int(found[1]), int(found[2]))


def _address(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("is not an email address")
    address = plain_address(value)
    if address is None:
        raise ValueError("is not an email address")
    return address


def _domain(value: object) -> object:
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value.strip().lower()):
        raise ValueError("is not a domain name")
    return value.strip().lower()


def _period(value: object) -> object:
    try:
        period_parts(str(value))
    except InputError as error:
        raise ValueError("is not a month") from error
    return str(value)


def _path(value: object) -> object:
    if isinstance(value, str) and _CONTROL.search(value):
        raise ValueError("is not a path: in double quotes \\t, \\n and \\b are control characters")
    if isinstance(value, str) and not value.strip():
        raise ValueError("is empty")
    return value


def _person(value: object) -> object:
    """Either "Name <address>" or an address alone, which the directory then gives a name."""
    found = _PERSON.fullmatch(value) if isinstance(value, str) else None
    address = _address(found["address"] if found else value)
    name = found["name"].strip("\" '") if found else ""
    return f"{name} <{address}>" if name else address


ClockTime = Annotated[time, BeforeValidator(_clock)]
Address = Annotated[str, BeforeValidator(_address)]
Domain = Annotated[str, BeforeValidator(_domain)]
PeriodName = Annotated[str, BeforeValidator(_period)]
FilePath = Annotated[Path, BeforeValidator(_path)]
PersonText = Annotated[str, BeforeValidator(_person)]


def person_parts(text: str) -> tuple[str, str]:
    """Name and address of a checked PersonText; the name is "" when only an address was given."""
    found = _PERSON.fullmatch(text)
    return (found["name"], found["address"]) if found else ("", text)


def secret(env: str | None, file: Path | None, environ: Mapping[str, str], what: str) -> SecretStr | None:
    """A secret from the environment or from a file that is named; None when neither is named. ConfigError when it is
    not there: the sentence names the place, never the value."""
    if env:
        if environ.get(env):
            return SecretStr(environ[env])
        raise ConfigError(f"{what}: the environment has no {env}.", "Set it for the service.", "secret-missing")
    if file:
        try:
            text = file.read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{what}: the file {file} cannot be read.", "", "secret-missing") from error
        if text:
            return SecretStr(text)
        raise ConfigError(f"{what}: the file {file} is empty.", "", "secret-missing")
    return None
