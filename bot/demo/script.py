"""What happens in the demonstration month: who writes what, when, in answer to which of our mails."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.core.timetable import LONDON

YEAR = 2025


class Answers(NamedTuple):
    """Which mail of ours a step answers: its kind, whom it went to, and some words of its subject ("" = any)."""

    kind: str
    person: str
    words: str = ""


class Step(NamedTuple):
    """One moment of the month: a mail arrives (``mail`` names its file), or only time passes."""

    at: datetime
    says: str
    mail: str = ""
    answers: Answers | None = None


def _at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(YEAR, 8, day, hour, minute, tzinfo=LONDON)


COUNCIL = "council.example.org"
HATE, HATE_DEPUTY = f"hatecrime.lead@{COUNCIL}", f"hatecrime.deputy@{COUNCIL}"
ASB, DRUGS = f"asb.lead@{COUNCIL}", f"drugs.lead@{COUNCIL}"
VIOLENCE, PREVENT = f"violence.lead@{COUNCIL}", f"prevent.lead@{COUNCIL}"
EDITOR = f"rag.editor@{COUNCIL}"
BOUNCING = "analyst@watford.example"

STEPS: tuple[Step, ...] = (
    Step(_at(1, "09:00"), "First working day of the month"),
    Step(
        _at(1, "09:02"),
        "Hate Crime's lead is out of office",
        "01-hate-crime-away.eml",
        Answers("request", HATE),
    ),
    Step(
        _at(4, "10:15"),
        "Community Safety & ASB replies from Outlook",
        "02-community-safety.eml",
        Answers("request", ASB),
    ),
    Step(
        _at(5, "10:31"),
        "Drugs, Alcohol and Criminal Justice fills in the form and attaches the custody workbook",
        "03-drugs-and-alcohol.eml",
        Answers("request", DRUGS),
    ),
    Step(
        _at(6, "14:20"),
        "Serious Violence sends a Word file",
        "04-serious-violence.eml",
        Answers("request", VIOLENCE),
    ),
    Step(_at(7, "09:30"), "Three working days to the deadline"),
    Step(
        _at(7, "16:05"),
        "Hate Crime's deputy answers from a phone",
        "05-hate-crime-deputy.eml",
        Answers("deputy_question", HATE_DEPUTY),
    ),
    Step(_at(8, "11:40"), "Prevent has nothing this month", "06-prevent.eml", Answers("reminder", PREVENT)),
    Step(_at(8, "12:15"), "A mail that has nothing to do with the bulletin", "07-nobodys-business.eml"),
    Step(
        _at(11, "09:14"),
        "Drugs, Alcohol and Criminal Justice corrects one item after the receipt",
        "08-drugs-correction.eml",
        Answers("receipt", DRUGS),
    ),
    Step(_at(12, "12:00"), "Deadline"),
    Step(_at(13, "10:05"), "The editor asks to hold", "09-editor-hold.eml", Answers("draft", EDITOR)),
    Step(_at(14, "10:00"), "Two working days to the distribution, and no decision yet"),
    Step(_at(14, "16:10"), "The editor approves", "10-editor-approve.eml", Answers("draft", EDITOR)),
    Step(_at(18, "09:00"), "Distribution"),
    Step(_at(18, "09:03"), "One reader's mail comes back", "11-bounce.eml", Answers("bulletin", BOUNCING)),
    Step(_at(18, "09:30"), "The end of the month's work"),
)
