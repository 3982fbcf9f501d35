"""What a lead wrote to the editor and not for print: named in the next summary, and mailed at once when it matters."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import keys
from bot.core.effects import Notify, PlanBuilder
from bot.core.model import Person, Theme, Value
from bot.core.planner.rules import Rules

NEAR = timedelta(hours=48)  # so close to the deadline (or after it), the editor hears at once of everything
LONGEST = 300  # characters of a note that a summary shows


class Passed(Value):
    """A note to the editor: its ``kind`` in words, its ``text``; ``urgent`` when it asks for an answer."""

    kind: str
    text: str
    urgent: bool = True

    @property
    def shown(self) -> str:
        """The text on one line, cut where it is long."""
        text = " ".join(self.text.split())
        return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def pass_on(
    build: PlanBuilder,
    rules: Rules,
    theme: Theme,
    person: Person,
    passed: Passed,
    inbound: int,
    digest: str,
    now: datetime,
) -> None:
    """Tell the editors what a lead wrote to them."""
    edition = build.edition
    who = person.name or person.address
    sentence = f"{theme.title}: {who} wrote to you, not for print ({passed.kind}): “{passed.shown}”"
    build.set(notes=(*edition.notes, sentence))
    if not passed.urgent and now < edition.timetable.deadline_at - NEAR:
        return
    for editor in rules.editors:
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"passed/{digest}", editor.address),
                to=editor,
                about=f"{theme.title}: {passed.kind} from {who}",
                sentences=(sentence, f"It is not printed, and {who} knows that. Please answer them directly."),
                mails=(inbound,),
                editor_draft=edition.draft,
            )
        )
