"""Receipts: the section as it will be printed, what was set aside, questions that can be answered in words; and the
digest of those that were not sent one by one."""

from __future__ import annotations

from bot.core.effects import SendDigest, SendReceipt
from bot.core.model import Leftover, Section, Submission, Theme
from bot.core.questions import with_meaning
from bot.core.records import Change, Owed
from bot.mail import letters
from bot.service.figures import STATISTICS_PLACE
from bot.service.sections import section_of
from bot.service.work import Work
from bot.service.writing import heading_values, nil_months, pictures_of, theme_of

OWNER = (
    "That is the second month with nothing to report. If somebody else looks after this theme now, please tell us who."
)


def send_receipt(work: Work, effect: SendReceipt) -> tuple[Change, ...]:
    """The receipt: the section as it will be printed, what was set aside, and questions."""
    theme = theme_of(work, effect.theme)
    edition = work.view.edition
    submission = _submission(work, effect.theme, effect.revision)
    token, issued = work.token("lead", effect.to, theme=theme.key)
    section = section_of(work.desk, work.view, theme)
    more = (OWNER,) if section.nil and nil_months(work, theme, 1) else ()
    letter = letters.ReceiptLetter(
        **heading_values(work, effect.to, token),
        theme=theme.title,
        section=section,
        deadline=edition.timetable.deadline_at,
        leftovers=together(submission.leftovers) if effect.thread else (),
        attachments=submission.attachments if effect.thread else (),
        questions=tuple(with_meaning(finding) for finding in submission.questions),
        findings=tuple(f for f in submission.findings if f.where.startswith(STATISTICS_PLACE)),
        notes=(*effect.notes, *more),
        late=work.now > edition.timetable.deadline_at,
    )
    pictures = pictures_of(work, letter.section)
    queued = work.queue(letter, effect.key, effect.to, reply=effect.thread, pictures=pictures)
    return (issued, *queued)


def _submission(work: Work, theme: str, revision: int) -> Submission:
    return next(s for s in work.view.submissions if s.theme == theme and s.revision == revision)


def together(leftovers: tuple[Leftover, ...]) -> tuple[Leftover, ...]:
    """What was set aside, one line a reason, in the order of the mail."""
    texts: dict[str, list[str]] = {}
    for leftover in leftovers:
        texts.setdefault(leftover.reason, []).append(leftover.text)
    return tuple(Leftover(text="\n".join(parts), reason=reason.replace("_", " ")) for reason, parts in texts.items())


def send_digest(work: Work, effect: SendDigest) -> tuple[Change, ...]:
    """One mail for the receipts that joined it: each section as it will be printed, and what is still asked. Its
    reference names the theme when there is only one: a reply to a mail about several is never put under a guess."""
    themes = [theme_of(work, key) for key in dict.fromkeys(one.theme for one in effect.owed)]
    shown = tuple(_shown(work, theme, effect.owed) for theme in themes)
    one = len(themes) == 1
    token, issued = work.token("lead", effect.to, theme=themes[0].key) if one else ("", None)
    which = "reply to this mail" if one else "reply to the last receipt of that section"
    letter = letters.AnswerLetter(
        **heading_values(work, effect.to, token),
        about=f"{themes[0].title}: your further mails" if one else "what your further mails have done",
        sentences=(
            "You wrote more often than we send receipts in a day, so this one mail stands for the rest of them.",
            f"Nothing of yours was lost. To change something, {which}.",
        ),
        shown=shown,
    )
    pictures = pictures_of(work, *(part.section for part in shown))
    queued = work.queue(letter, effect.key, effect.to, pictures=pictures)
    return (issued, *queued) if issued else queued


def _shown(work: Work, theme: Theme, owed: tuple[Owed, ...]) -> letters.Shown:
    """One section of the digest."""
    mine = [one.revision for one in owed if one.theme == theme.key]
    section = section_of(work.desk, work.view, theme)
    questions = tuple(with_meaning(finding) for finding in _submission(work, theme.key, max(mine)).questions)
    return letters.Shown(
        section=section,
        news=f"{len(mine)} more mail{'s' * (len(mine) != 1)}. {_stands(section, len(questions))}",
        questions=questions,
    )


def _stands(section: Section, questions: int) -> str:
    """How a section stands, in a sentence or two."""
    if section.items or section.statistics:
        asked = f" Please answer the question{'s' * (questions != 1)} first." if questions else ""
        return f"This is how it will be printed.{asked}"
    return "The bulletin will say that there is nothing to report." if section.nil else "Nothing of it is in yet."
