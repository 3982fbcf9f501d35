"""An editor's mail, read, and the plain answer to it: what every word of the table in decisions.py works with."""

from __future__ import annotations

from bot.core import keys
from bot.core.decision import Command
from bot.core.edits import Edited
from bot.core.effects import Answer, PlanBuilder
from bot.core.enclosures import Enclosure
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import Person, Value
from bot.core.people import People
from bot.core.records import EditionView


class Filing(Value):
    """What reading a mail of the holding pen as a section would give, in sentences: what is ``read`` of it, which
    files are set ``aside``; or why it is ``refused``."""

    read: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


PEOPLE_MAIL = "people"  # what the token of a mail about the lists of people is about, where it asks nothing


class Listed(Value):
    """A list of people that came back: ``wanted`` (None where ``faults`` say why), against the lists as they hold
    ``now`` and as the ``files`` say; ``number`` counts the lists that came by mail before."""

    name: str = ""
    now: People
    files: People
    number: int = 0
    wanted: People | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Said(Value):
    """An editor's mail, read: the command, who gave it, in which inbound, and what its token is bound to.

    ``draft`` is the draft that the token names (None: no token came along, so HOLD, STATUS and PEOPLE count);
    ``stale``: something was decided since the mail with that token was sent. ``fresh_code`` is a new one-time code
    where it is not proven who wrote ("" where it is).
    ``edited`` is the Word file that came along (or that the open question is about), ``enclosures`` what may be
    enclosed, with sizes. ``about`` is what the token asks about ("" for a draft): a change of the lists of people;
    ``people`` is the list that came along (or that the question is about)."""

    command: Command
    person: Person
    inbound: int
    digest: str
    draft: int | None = None
    has_token: bool = False
    stale: bool = False
    fresh_code: str = ""
    edited: Edited | None = None
    enclosures: tuple[Enclosure, ...] = ()
    about: str = ""
    people: Listed | None = None
    filing: Filing | None = None  # with FILE: what the mail holds


def answer(
    build: PlanBuilder,
    said: Said,
    view: EditionView,
    about: str,
    sentences: list[str] | tuple[str, ...],
    *,
    lines: tuple[str, ...] = (),
    may_say: tuple[tuple[str, str], ...] = (),
    quoted: bool = False,
    token_about: str = "",
) -> None:
    """Answer the editor's mail in plain sentences."""
    edition = build.edition
    note = (said.command.note,) if said.command.note else ()
    build.do(
        Answer(
            key=keys.answer_key(edition.bulletin, edition.period, said.digest, said.person.address),
            to=said.person,
            about=about,
            sentences=(*sentences, *note),
            lines=lines,
            may_say=may_say,
            quoted=f"{said.command.argument}" if quoted else "",
            inbound=said.inbound,
            editor_draft=edition.draft,
            token_about=token_about,
        )
    )


def stays(build: PlanBuilder, view: EditionView, said: Said, event: EditionEvent) -> bool:
    """Answer with the table's sentence when the event does not move an edition in this state."""
    cell = edition_cell(view.edition.state, event)
    if cell.to is None:
        answer(build, said, view, f"{said.command.word}: nothing was changed", (cell.says,))
    return cell.to is None
