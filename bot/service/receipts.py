"""Receipts: the section as it will be printed, what was set aside, questions that can be answered in words; and the
digest of those that were not sent one by one."""

from __future__ import annotations

from bot.core.effects import SendDigest, SendReceipt
from bot.core.model import Leftover, Section, Submission
from bot.core.questions import with_meaning
from bot.core.records import Change
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
    """One mail for the receipts that joined it: per theme, how it stands and what is still asked."""
    lines: list[str] = []
    for key in dict.fromkeys(one.theme for one in effect.owed):
        theme = theme_of(work, key)
        mine = [one.revision for one in effect.owed if one.theme == key]
        section = section_of(work.desk, work.view, theme)
        lines.append(f"{theme.title}: {len(mine)} more mail{'s' * (len(mine) != 1)}. {_stands(section)}")
        lines += [with_meaning(finding) for finding in _submission(work, key, max(mine)).questions]
    first = effect.owed[0].theme
    token, issued = work.token("lead", effect.to, theme=first)
    letter = letters.AnswerLetter(
        **heading_values(work, effect.to, token),
        about="what your further mails have done",
        sentences=(
            "You wrote more often than we send receipts in a day, so this one mail stands for the rest of them.",
            "Nothing of yours was lost. To change something, reply to this mail.",
        ),
        lines=tuple(lines),
    )
    return (issued, *work.queue(letter, effect.key, effect.to))


def _stands(section: Section) -> str:
    """How a section stands, in one sentence."""
    if section.items:
        return "It will be printed with: " + ", ".join(f"“{item.heading}”" for item in section.items) + "."
    return "The bulletin will say that there is nothing to report." if section.nil else "Nothing of it is in yet."
