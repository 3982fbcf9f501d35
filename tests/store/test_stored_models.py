"""Values that the store keeps as JSON: who changes one decides what programs that are installed already make of it.

Programs of one schema version share a store: side by side during an upgrade, one after the other when it is taken back.
A program refuses fields that it does not know, and stops the bulletin whose edition has them (service/unreadable.py).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from bot.core.model import Draft, Submission, Verdict
from bot.core.people import KeptPeople
from bot.core.records import Edition
from bot.store import schema

STORED: tuple[type[BaseModel], ...] = (Edition, Submission, Draft, Verdict, KeptPeople)

# For each schema version what the models looked like, oldest first, and why older programs of that version may meet it.
LOOKED: dict[str, tuple[tuple[str, str], ...]] = {
    "0005": (("d52ed37c16deb390", "the first that was written down; nothing is promised of programs from before it"),),
}

WHAT_NOW = """A value that the store keeps has another shape: {found}.
Decide, then write it down in LOOKED:
  - programs that are installed cannot read what this one writes (a new field, a new kind of block, a wider type):
    add a migration, so that they refuse the store with a sentence, and begin a row of the new schema.VERSION;
  - they can (only what they never meet is different): add a line to the row of schema.VERSION that says why."""


def _bare(shape: Any) -> Any:
    """A JSON schema without what only people read: titles and docstrings."""
    if isinstance(shape, dict):
        return {
            name: _bare(value)
            for name, value in shape.items()
            if not (name in ("title", "description") and isinstance(value, str))
        }
    return [_bare(value) for value in shape] if isinstance(shape, list) else shape


def _fingerprint() -> str:
    shapes = {model.__name__: _bare(model.model_json_schema()) for model in STORED}
    return hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()[:16]


def test_a_stored_value_changes_its_shape_only_with_a_decision() -> None:
    found = _fingerprint()
    assert found == LOOKED.get(schema.VERSION, (("", ""),))[-1][0], WHAT_NOW.format(found=found)


def test_every_shape_has_its_reason() -> None:
    assert all(reason for lines in LOOKED.values() for _, reason in lines)
    assert list(LOOKED) == sorted(LOOKED)


def test_a_new_field_is_a_new_shape_and_a_new_sentence_is_none() -> None:
    class Old(BaseModel):
        """One sentence."""

        title: str
        number: int = 0

    class New(Old):
        """Another one."""

    class More(Old):
        """One sentence."""

        also: str = ""

    old, new, more = (_bare(model.model_json_schema()) for model in (Old, New, More))
    assert old == new != more
    assert "title" in old["properties"]
