"""Which style of the template prints what: found by name without case, then by id, then by another name.

LibreOffice renames styles and their ids when it saves a Word file ("heading 1" becomes "Heading 1", the id
``Hyperlink`` becomes ``InternetLink``), and editors tidy names; so a style is looked for in every way there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A style we print with: its name in Word, its kind, other names it goes by, and what serves when it is missing.

    ``instead`` None means that the template cannot be used without it; "" that the paragraph's own look serves.
    """

    name: str
    kind: str = "paragraph"
    aliases: tuple[str, ...] = ()
    instead: str | None = None


WANTED: tuple[Wanted, ...] = (
    Wanted("Heading 1"),
    Wanted("Heading 2"),
    Wanted("Heading 3", instead="Heading 2"),
    Wanted("Heading 4", instead="Heading 3"),
    Wanted("Body Text", aliases=("Text Body", "TextBody"), instead="Normal"),
    Wanted("Normal", aliases=("Default Paragraph Style", "Standard")),
    Wanted("List Bullet", aliases=("List 1",)),
    Wanted("List Bullet 2", instead="List Bullet"),
    Wanted("List Bullet 3", instead="List Bullet 2"),
    Wanted("List Number", aliases=("Numbering 1",)),
    Wanted("List Number 2", instead="List Number"),
    Wanted("List Number 3", instead="List Number 2"),
    Wanted("Contact", instead="Body Text"),
    Wanted("Nil Return", instead="Body Text"),
    Wanted("Table Text", instead="Normal"),
    Wanted("Table Number", instead="Table Text"),
    Wanted("Statistics Text", instead="Table Text"),
    Wanted("Statistics Number", instead="Table Number"),
    Wanted("Table Note", instead="Body Text"),
    Wanted("Caption", instead="Body Text"),
    Wanted("Picture", instead="Body Text"),
    Wanted("Introduction", instead="Body Text"),
    Wanted("Masthead Marking", aliases=("Marking",), instead="Body Text"),
    Wanted("TOC 1", aliases=("Contents 1",), instead="Body Text"),
    Wanted("TOC 2", aliases=("Contents 2",), instead="TOC 1"),
    Wanted("Hyperlink", "character", aliases=("Internet Link", "InternetLink")),
    Wanted("Bulletin Table", "table"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The template's style ids by our names, the names that are required and missing, and those replaced."""

    ids: dict[str, str]
    missing: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]


def find_styles(styles_root: Any) -> Found:
    """Look every wanted style up in ``w:styles``."""
    tables: dict[str, dict[str, str]] = {}
    for style in styles_root.iter(f"{_W}style"):
        _enter(style, tables.setdefault(style.get(f"{_W}type", "paragraph"), {}))
    ids: dict[str, str] = {}
    missing: list[str] = []
    replaced: list[tuple[str, str]] = []
    for wanted in sorted(WANTED, key=lambda one: one.instead is not None):
        found = _lookup(wanted, tables.get(wanted.kind, {}))
        if found is not None:
            ids[wanted.name] = found
        elif wanted.instead is None:
            missing.append(wanted.name)
    for wanted in WANTED:
        if wanted.name not in ids and wanted.instead:
            serving = _serving(wanted.instead, ids)
            ids[wanted.name] = ids.get(serving, "")
            replaced.append((wanted.name, serving))
    return Found(ids, tuple(missing), tuple(replaced))


def _serving(name: str, ids: dict[str, str]) -> str:
    by_name = {wanted.name: wanted for wanted in WANTED}
    while name not in ids and by_name[name].instead:
        name = by_name[name].instead or name
    return name


def _enter(style: Any, table: dict[str, str]) -> None:
    """All names of one style, the strongest first: name, id, then aliases; the first holder of a name keeps it."""
    style_id = style.get(f"{_W}styleId")
    name = style.find(f"{_W}name")
    if style_id is None:
        return
    if name is not None:
        table.setdefault("name:" + (name.get(f"{_W}val") or "").casefold(), style_id)
    table.setdefault("id:" + style_id.casefold(), style_id)
    aliases = style.find(f"{_W}aliases")
    for alias in (aliases.get(f"{_W}val") or "").split(",") if aliases is not None else ():
        table.setdefault("alias:" + alias.strip().casefold(), style_id)


def _lookup(wanted: Wanted, table: dict[str, str]) -> str | None:
    names = (wanted.name, *wanted.aliases)
    keys = [f"name:{names[0].casefold()}", f"id:{names[0].replace(' ', '').casefold()}"]
    keys += [f"{kind}:{name.casefold()}" for name in names for kind in ("alias", "name", "id")]
    return next((table[key] for key in keys if key in table), None)
