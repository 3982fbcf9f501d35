"""FILE: where a mail of the holding pen belongs, by its number and a theme, or by one digit in reply to the mail that
offers themes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.core.decision import Command, Word
from bot.core.effects import FileHeld, PlanBuilder
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.planner.replies import takes_replies
from bot.core.planner.rules import Rules
from bot.core.planner.said import Filing, Offer, Said, answer
from bot.core.records import EditionView
from bot.core.timetable import month_title, period_of, shifted_period

_NO_OFFER = (
    "A number alone answers only a mail of mine that offers numbered themes, so nothing was changed. A finding of a "
    "draft is accepted by ACCEPT and its number, a mail in the holding pen is filed by FILE, its number and a theme."
)


def chosen(command: Command, offer: Offer | None, titles: Mapping[str, str]) -> Command:
    """A number alone as the FILE that it stands for, or as a question back; any other command as it is."""
    if command.word is not Word.CHOICE:
        return command
    if offer is None:
        return command.model_copy(update={"word": None, "problem": f"You wrote “{command.argument}”. {_NO_OFFER}"})
    if command.problem:
        return command
    at = int(command.argument)
    key = offer.themes[at - 1] if 1 <= at <= len(offer.themes) else ""
    if key not in titles:
        most = len(offer.themes)
        range_ = f"1 to {most}" if most > 1 else "1"
        problem = f"You wrote “{command.argument}”, which is none of the themes that I offered ({range_})."
        return command.model_copy(update={"problem": f"{problem} Nothing was filed."})
    argument = f"{offer.number} {titles[key]}"
    update = {"word": Word.FILE, "argument": argument, "theme": key, "numbers": (offer.number,)}
    return command.model_copy(update=update)


def file(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """FILE: a mail of the holding pen is read as a reply for a theme."""
    number = said.command.numbers[0]
    theme = rules.theme(said.command.theme or "")
    held = next((mail for mail in view.held if mail.id == number), None)
    if held is None or theme is None:
        known = ", ".join(str(mail.id) for mail in view.held) or "none"
        answer(build, said, view, f"FILE {number} was not done", (f"Numbers in the holding pen: {known}.",))
        return
    again = "The mail stays in the holding pen."
    if not takes_replies(view.edition.state):
        opens = month_title(max(shifted_period(view.edition.period, 1), period_of(now)))
        says = edition_cell(view.edition.state, EditionEvent.REPLY).says
        told: tuple[str, ...] = (says, f"{again} Send the same words again once the edition of {opens} is open.")
        answer(build, said, view, f"FILE {number} was not done", told)
        return
    found = said.filing or Filing()
    if found.refused:
        told = (*found.refused, f"{again} Ask its sender for another copy; nothing of it was read.")
        answer(build, said, view, f"FILE {number} was not done", told)
        return
    build.do(FileHeld(inbound=held.id, theme=theme.key))
    month = month_title(view.edition.period)
    told = (f"It is read as a reply for {theme.title} in {month}.", *found.read)
    answer(build, said, view, f"number {number} is filed", told, lines=found.aside)
