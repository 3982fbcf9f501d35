"""The Word template checked before a month starts: its names, its styles, and what must never be in it."""

from __future__ import annotations

from typing import Any

from bot.core.model import Problem
from bot.errors import TemplateError
from bot.render.package import open_template
from bot.render.placeholders import Tag, find_tags, stories
from bot.render.styles import Found, find_styles

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TRACKED = tuple(
    _W + name
    for name in (
        *("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel"),
        *("pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange"),
    )
)


class OpenTemplate:
    """A template that can be printed on: the document, its placeholders by part, its styles."""

    def __init__(self, document: Any, tags: list[tuple[Any, Tag]], styles: Found) -> None:
        self.document = document
        self.tags = tags
        self.styles = styles

    def has(self, name: str) -> bool:
        """Whether the placeholder of that name stands anywhere."""
        return any(tag.name == name for _, tag in self.tags)


def read_template(data: bytes) -> OpenTemplate:
    """Open a template for printing. Raises TemplateError with every fault and its place."""
    document = open_template(data)
    faults = [*_tracked(document), *_comments(document)]
    tags, wrong = find_tags(document)
    faults.extend(wrong)
    styles = find_styles(document.styles.element)
    if styles.missing:
        names = ", ".join(styles.missing)
        faults.append(f"The template has no style called {names}; add it in Word (Styles pane, New Style).")
    if faults:
        hint = "Mend it in Word and save; until then the last good template is used."
        raise TemplateError("The Word template cannot be used. " + " ".join(faults), hint, "template")
    return OpenTemplate(document, tags, styles)


def check_template(data: bytes) -> tuple[Problem, ...]:
    """What a person should know of a usable template: styles that are missing, and what serves instead.

    Raises TemplateError when it cannot be used.
    """
    template = read_template(data)
    return tuple(
        Problem(
            code="template-style",
            sentence=f"The template has no style “{name}”; “{serving}” is used instead.",
            where="Word template",
            todo=f"Add a style called {name} in Word if this text should look different.",
        )
        for name, serving in template.styles.replaced
    )


def _tracked(document: Any) -> list[str]:
    for story, part in stories(document):
        if next(part.element.iter(*_TRACKED), None) is not None:
            return [f"It has tracked changes in {story}; accept or reject all of them."]
    return []


def _comments(document: Any) -> list[str]:
    if next(document.element.iter(f"{_W}commentReference"), None) is not None:
        return ["It has comments, which readers would see; delete them."]
    return []
