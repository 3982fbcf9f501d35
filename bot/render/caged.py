"""An edited Word file read in the cage: what crosses the process border is plain JSON, made a value again here."""

from __future__ import annotations

import base64
from typing import Any

from bot.core.model import Item, Run, Section
from bot.render.docx_reader import Comment
from bot.render.returned import NIL_SENTENCE, Returned, read_bulletin


def read_plain(data: bytes, nil_sentence: str = NIL_SENTENCE) -> dict[str, Any]:
    """What :func:`read_bulletin` gives, as plain data. Raises InputError when the file cannot be read."""
    found = read_bulletin(data, nil_sentence)
    return {
        "title": found.title,
        "month": found.month,
        "marking": found.marking,
        "intro": found.intro,
        "sections": [section.model_dump(mode="json") for section in found.sections],
        "figures": [[at, [item.model_dump(mode="json") for item in items]] for at, items in found.figures.items()],
        "contact": [run.model_dump(mode="json") for run in found.contact],
        "comments": [[one.author, one.text, one.about] for one in found.comments],
        "insertions": found.insertions,
        "deletions": found.deletions,
        "pictures": {digest: base64.b64encode(picture).decode() for digest, picture in found.pictures.items()},
    }


def returned_from(plain: dict[str, Any]) -> Returned:
    """The value again."""
    return Returned(
        title=plain["title"],
        month=plain["month"],
        marking=plain["marking"],
        intro=plain["intro"],
        sections=tuple(Section.model_validate(one) for one in plain["sections"]),
        figures={index: tuple(Item.model_validate(one) for one in items) for index, items in plain["figures"]},
        contact=tuple(Run.model_validate(one) for one in plain["contact"]),
        comments=tuple(Comment(*one) for one in plain["comments"]),
        insertions=plain["insertions"],
        deletions=plain["deletions"],
        pictures={digest: base64.b64decode(picture) for digest, picture in plain["pictures"].items()},
    )
