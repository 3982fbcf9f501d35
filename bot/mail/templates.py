"""Our mail templates: jinja2 in a sandbox, every value escaped in HTML, an unknown name is an error.

A template is text of ours (or of the editor's, who may restyle it); people's words come in as values only and are
printed once, never rendered again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import CodeType
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, FunctionLoader, StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bot.core.findings import by_section
from bot.errors import TemplateError
from bot.mail import blocks
from bot.mail.look import STYLES

LONDON = ZoneInfo("Europe/London")


def in_words(moment: datetime | date) -> str:
    """ "Wednesday 12 August 2026 at 12:00" in UK time; a date alone gives the day."""
    if isinstance(moment, datetime):
        local = moment.astimezone(LONDON)
        return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M}"
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


def clip(text: str, words: int = 60) -> str:
    """The text on one line, cut after so many words with " ..."."""
    parts = text.split()
    return " ".join(parts) if len(parts) <= words else " ".join(parts[:words]) + " ..."


def many(number: int, one: str, several: str = "") -> str:
    """ "1 reader", "30 readers"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def suggested(suggestion: str) -> str:
    """A finding's suggestion as the end of its line: a value gets "Suggested: ...", a sentence stands as it is."""
    words = " ".join(suggestion.split())
    return words if not words or words[-1] in ".?!" else f"Suggested: {words}."


def _rest(where: str) -> str:
    """What follows the section in a finding's place."""
    return ", ".join(where.split(" / ")[1:])


class _Compiled(BytecodeCache):
    """What was compiled, by name and text, for all bulletins of this process: compiling costs more than rendering."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of this name and text, if it was compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _environment(load: Callable[[str], str | None]) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    env.filters.update(
        suggested=suggested,
        when=in_words,
        clip=clip,
        by_section=by_section,
        rest=_rest,
        line=lambda text: " ".join(str(text).split()),
    )
    env.globals.update(
        look=STYLES,
        many=many,
        blocks_html=blocks.blocks_html,
        section_html=blocks.section_html,
        section_text=blocks.section_text,
        ready_html=Markup,
    )
    return env


class MailTemplates:
    """The templates of one deployment; ``load(name)`` gives a template's text or None when there is none."""

    def __init__(self, load: Callable[[str], str | None]) -> None:
        self._env = _environment(load)

    @classmethod
    def from_folder(cls, folder: Path) -> MailTemplates:
        """The templates of a folder (``templates/mail``); names with a path in them are not found."""

        def load(name: str) -> str | None:
            path = folder / name
            return path.read_text("utf-8") if re.fullmatch(r"[\w.]+", name) and path.is_file() else None

        return cls(load)

    def compile(self, name: str) -> None:
        """Read a template without its values; TemplateError when it cannot be understood."""
        with _plainly(name):
            self._env.get_template(name)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """A template with its values; TemplateError names the file and the place."""
        with _plainly(name):
            return self._env.get_template(name).render(values)


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    """What jinja2 says of a template, as our own error."""
    try:
        yield
    except JinjaError as error:
        line = getattr(error, "lineno", None)
        place = f"{name}, line {line}" if line else name
        raise TemplateError(
            f"The mail template {place} cannot be used: {error.message or error}.",
            "Mend it or put the last good one back.",
            code="mail-template",
        ) from error
