"""An editor's mail, read, and the plain answer to it: what every word of the table in decisions.py works with."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core import keys
from bot.core.decision import Command
from bot.core.edits import Edited
from bot.core.effects import Answer, PlanBuilder
from bot.core.enclosures import Enclosure
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import Finding, Person, Value
from bot.core.people import People
from bot.core.records import EditionView


class Filing(Value):
    """What reading a mail of the holding pen as a section would give, in sentences: what is ``read`` of it, which
    files are set ``aside``; or why it is ``refused``."""

    read: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Offer(Value):
    """The themes (keys) that a mail of ours offers for mail ``number`` of the holding pen: a number alone, in reply to
    it, names one of them, counted from 1. It lies in the token of that mail, so its numbers never change."""

    number: int
    themes: tuple[str, ...]

    @property
    def about(self) -> str:
        """What the token is bound to: "held/12/hate-crime/prevent"; nothing where no theme is offered."""
        return "/".join(("held", str(self.number), *self.themes)) if self.themes else ""

    @classmethod
    def of(cls, about: str) -> Offer | None:
        """The offer that a token is bound to; None where it is bound to something else."""
        first, _, rest = about.partition("/")
        number, *themes = rest.split("/")
        return cls(number=int(number), themes=tuple(themes)) if first == "held" else None

    def may_say(self, titles: Mapping[str, str], where: str = "") -> tuple[tuple[str, str], ...]:
        """What may be replied, and what it does; a theme that the configuration no longer has is left out."""
        return tuple(
            (f"{at}, or FILE {self.number} {titles[key]}", f"read it as a reply for {titles[key]}{where}")
            for at, key in enumerate(self.themes, 1)
            if key in titles
        )


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
    ``people`` is the list that came along (or that the question is about). ``offer`` are the themes that the mail
    answered offers by number; ``findings``, with ACCEPT, those of ``draft``, numbered as its mail has them."""

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
    offer: Offer | None = None
    findings: tuple[Finding, ...] = ()


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
    of_older: bool = False,
) -> None:
    """Answer the editor's mail in plain sentences; ``of_older``: the answer's reference is that of the draft whose mail
    they answered, because its numbers stay in use."""
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
            editor_draft=said.draft if of_older else edition.draft,
            token_about=token_about,
        )
    )


def stays(build: PlanBuilder, view: EditionView, said: Said, event: EditionEvent) -> bool:
    """Answer with the table's sentence when the event does not move an edition in this state."""
    cell = edition_cell(view.edition.state, event)
    if cell.to is None:
        answer(build, said, view, f"{said.command.word}: nothing was changed", (cell.says,))
    return cell.to is None
