"""A draft: assembled, proof-read, rendered into every part and frozen under one digest; and, once approved, sent.

The mail to the readers is one of the parts: nothing is rendered after approval.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import keys
from bot.core.assemble import changes_between, of_theme, status_of
from bot.core.effects import Distribute, MakeDraft, SendCopy, SendDraft
from bot.core.findings import numbered
from bot.core.model import (
    Bulletin,
    Count,
    Draft,
    Finding,
    Part,
    Person,
    SectionStatus,
    Severity,
    Submission,
    Theme,
)
from bot.core.planner.editing import readers_for
from bot.core.proof import finding_key, proofread
from bot.core.records import BlobAdded, Change, CountsAdded, DeliveryQueued, DraftAdded, Logged
from bot.core.timetable import month_title
from bot.mail import letters
from bot.mail.compose import Attachment, Envelope, compose_shared_body, picture_cid, reader_header
from bot.mail.templates import in_words
from bot.render.chart import chart_png
from bot.render.html import InlineImage, inline_images, render_html
from bot.render.text import render_text
from bot.render.word import render_word
from bot.service import correcting, readers, writing
from bot.service.enclosing import enclosed
from bot.service.figures import STATISTICS_PLACE, last_published
from bot.service.proofing import proof_context
from bot.service.work import Work

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD_PART, HTML_PART, PAGE_PART, TEXT_PART, BODY_PART = (
    "bulletin.docx",
    "edition.html",
    "page.html",
    "edition.txt",
    "mail-body.mime",
)


def file_name(work: Work, bulletin: Bulletin, draft: str = "") -> str:
    """The Word file's name as people see it."""
    stem = f"{bulletin.title} {bulletin.month}{draft}"
    return "".join(c if c.isalnum() or c in " -_()" else " " for c in stem).strip() + ".docx"


def make_parts(
    work: Work, bulletin: Bulletin, version: int, number: int, word: bytes | None = None
) -> dict[str, tuple[str, bytes]]:
    """Every part's media type and bytes, by name, in order. ``word`` is the editor's own file, which stays as it is."""
    desk = work.desk
    pictures = {digest: data for digest, (_, data) in writing.pictures_of(work, *bulletin.sections).items()}
    word = word or render_word(bulletin, desk.looks[bulletin.key].word, pictures, made_at=work.now)
    bulletin = correcting.marked(work, bulletin, version)
    html = render_html(bulletin, pictures)
    text = render_text(bulletin)
    shown, images = _mailed(html, inline_images(bulletin, pictures))
    letter = bulletin_letter(work, shown, text, version)
    attached = Attachment(name=file_name(work, bulletin), media_type=DOCX, data=word)
    enclosures = [file for _, file in enclosed(desk, work.view)]
    body = compose_shared_body(
        letter,
        seed=f"{bulletin.key}/{bulletin.period}/draft/{number}",
        templates=desk.looks[bulletin.key].mails,
        attachments=(attached, *enclosures),
        pictures=images,
    )
    parts = {
        WORD_PART: (DOCX, word),
        HTML_PART: ("text/html", html.encode()),
        PAGE_PART: ("text/html", render_html(bulletin, pictures, standalone=True).encode()),
        TEXT_PART: ("text/plain", text.encode()),
        BODY_PART: ("application/octet-stream", body),
    }
    for section in bulletin.sections:
        if section.statistics is not None:
            parts[f"chart-{section.theme}.png"] = ("image/png", chart_png(section.statistics))
    for at, file in enumerate(enclosures, 1):
        parts[f"enclosure-{at}"] = (file.media_type, file.data)
    return parts


def _mailed(html: str, images: Sequence[InlineImage]) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """The HTML with its images named as our mails name pictures, and the pictures by digest."""
    pictures: dict[str, tuple[str, bytes]] = {}
    for image in images:
        digest = keys.digest(image.data)
        pictures[digest] = (image.media_type, image.data)
        html = html.replace(f"cid:{image.cid}", f"cid:{picture_cid(digest)}")
    return html, pictures


def bulletin_letter(work: Work, html: str, text: str, version: int) -> letters.BulletinLetter:
    """The letter that all readers get."""
    nobody = Person(name="", address="")
    return letters.BulletinLetter(
        **writing.heading_values(work, nobody), body_html=html, body_text=text, version=version
    )


def make_draft(work: Work, effect: MakeDraft) -> tuple[Change, ...]:
    """Freeze a draft and mail it to the editors."""
    bulletin, word = correcting.content(work, effect)
    received = _statistics_findings(work)
    findings = numbered(proofread(bulletin.sections, proof_context(work.desk, work.view, received)))
    changes: list[Change] = []
    parts: list[Part] = []
    made = make_parts(work, bulletin, effect.version, effect.number, word)
    for name, (media_type, data) in made.items():
        parts.append(Part(name=name, media_type=media_type, digest=keys.digest(data)))
        changes.append(BlobAdded(digest=keys.digest(data), data=data))
    draft = Draft(
        number=effect.number,
        version=effect.version,
        digest=keys.draft_digest(parts, bulletin.model_dump_json()),
        parts=tuple(parts),
        bulletin=bulletin,
        findings=findings,
        changes=effect.edited.altered
        if effect.edited
        else changes_between(work.view.draft.bulletin if work.view.draft else None, bulletin),
        made_at=work.now,
    )
    line = {"number": draft.number, "why": effect.why, "digest": draft.digest}
    changes.append(DraftAdded(edition_id=work.view.edition.id, draft=draft))
    changes.append(Logged(edition_id=work.view.edition.id, what="draft", data=line))
    for editor in (*work.desk.bulletins[work.bulletin].editors, *effect.also_to):
        changes.extend(_draft_letter(work, effect, draft, editor, made[WORD_PART][1]))
    return tuple(changes)


def send_draft(work: Work, effect: SendDraft) -> tuple[Change, ...]:
    """The draft as it is, to one more of those who may decide: with a reference of their own."""
    draft = writing.current_draft(work)
    word = work.blob(next(part.digest for part in draft.parts if part.name == WORD_PART))
    as_made = MakeDraft(number=draft.number, version=draft.version, notes=effect.notes)
    return _draft_letter(work, as_made, draft, effect.to, word)


def _statistics_findings(work: Work) -> tuple[Finding, ...]:
    """What the statistics rules noticed in the newest figures of each theme, those that were refused included."""
    config = work.desk.bulletins[work.bulletin]
    found: list[Finding] = []
    for theme in config.themes:
        with_figures = [s for s in of_theme(theme.key, work.view.submissions) if brought_figures(s)]
        if with_figures:
            place = f"{theme.title} / {STATISTICS_PLACE}"
            found += [
                f.model_copy(update={"where": f.where.replace(STATISTICS_PLACE, place, 1)})
                for f in with_figures[-1].findings
                if f.where.startswith(STATISTICS_PLACE)
            ]
    return tuple(found)


def brought_figures(submission: Submission) -> bool:
    """Whether a reply brought figures, usable or not."""
    return submission.statistics is not None or any(f.where.startswith(STATISTICS_PLACE) for f in submission.findings)


def figures_notes(work: Work) -> tuple[str, ...]:
    """For the editor: themes whose figures did not come, or could not be used, and what is printed instead."""
    notes: list[str] = []
    for theme in work.desk.bulletins[work.bulletin].themes:
        mine = of_theme(theme.key, work.view.submissions)
        if theme.series is None or any(s.statistics is not None for s in mine):
            continue
        why = "the figures that came could not be used" if any(map(brought_figures, mine)) else "no figures came"
        table = last_published(work.desk, work.bulletin, theme)
        until = f" of {month_title(table.period)}" if table is not None and table.period else ""
        printed = f"the last published table{until} is printed, dated as such" if table else "no table is printed"
        notes.append(f"{theme.title}: {why}; {printed}.")
    return tuple(notes)


def _without_theme(work: Work) -> tuple[str, ...]:
    """For the editor: replies whose theme was taken out of the configuration since; they are kept, not printed."""
    known = {theme.key for theme in work.desk.bulletins[work.bulletin].themes}
    gone = dict.fromkeys(s.theme for s in work.view.submissions if s.theme not in known)
    return tuple(
        f"Replies came for “{key}”, which is no longer a theme in the configuration; they are kept and not printed."
        for key in gone
    )


def standing(work: Work, theme: Theme) -> letters.Standing:
    """Where one theme stands, as a line of the summary."""
    view = work.view
    status = status_of(theme, view.submissions, view.edition.skipped_themes)
    mine = of_theme(theme.key, view.submissions)
    names = {p.address: p.name for p in (*theme.leads, *theme.deputies)}
    if not mine:
        away = [a for a in view.absences if a.address in names]
        note = "; ".join(
            f"{names[a.address]} is away" + (f" until {in_words(a.until)}" if a.until else "") for a in away
        )
        return letters.Standing(title=theme.title, status=status.value, person=theme.leads[0].name, note=note)
    last = mine[-1]
    late = status is SectionStatus.IN and mine[0].at > view.edition.timetable.deadline_at
    people = ", ".join(dict.fromkeys(names.get(s.person, s.person) for s in mine))
    note = f"replied {in_words(last.at)}" + (f", {len(mine)} replies" if len(mine) > 1 else "")
    again = [s.printed_again for s in mine if s.printed_again]
    note += f"; the text of {month_title(again[-1])} again, as asked" if again and status is SectionStatus.IN else ""
    return letters.Standing(title=theme.title, status="late" if late else status.value, person=people, note=note)


MOST_HELD_SHOWN = 30  # in one draft mail; as they are filed the others follow


def _draft_letter(work: Work, effect: MakeDraft, draft: Draft, editor: Person, word: bytes) -> tuple[Change, ...]:
    config = work.desk.bulletins[work.bulletin]
    edition = work.view.edition
    token, issued = work.token("editor", editor, draft=draft.number)
    strays = [writing.stray_mail(work, inbound) for inbound in work.view.strays]
    held = [writing.stray_mail(work, inbound, numbered=True) for inbound in work.view.held[:MOST_HELD_SHOWN]]
    findings = tuple(finding for finding in draft.findings if finding_key(finding) not in edition.accepted)
    letter = letters.DraftLetter(
        **writing.heading_values(work, editor, token),
        number=draft.number,
        version=draft.version,
        fingerprint=writing.fingerprint(draft.digest),
        log_head=writing.head_of_log(work),
        made_at=work.now,
        distribution_at=edition.timetable.distribution_at,
        cooling_off=f"{int(config.cooling_off.total_seconds() // 60)} minutes",
        standings=tuple(standing(work, theme) for theme in config.themes),
        findings=findings,
        changes=draft.changes,
        notes=(*_without_theme(work), *figures_notes(work), *effect.notes, *correcting.notes(work, effect)),
        questions=readers.open_questions(work),
        enclosures=correcting.enclosure_lines(work),
        readers=readers_for(work.view, work.desk.rules(work.bulletin, edition.period)),
        open_mails=tuple(_open_line(mail) for mail in (*held, *strays)),
        may_say=(*(letters.TO_A_CORRECTION if draft.version > 1 else letters.TO_A_DRAFT), *_may_accept(findings)),
    )
    attached = Attachment(name=file_name(work, draft.bulletin, f" draft {draft.number}"), media_type=DOCX, data=word)
    key = keys.draft_key(edition.bulletin, edition.period, draft.number, editor.address)
    return (issued, *work.queue(letter, key, editor, attachments=(attached,)))


def _may_accept(findings: Sequence[Finding]) -> tuple[tuple[str, str], ...]:
    """That findings may be accepted, with a number that is there; best not an error's."""
    harmless = [finding.number for finding in findings if finding.severity is not Severity.ERROR]
    number = next(iter([*harmless, *(finding.number for finding in findings)]), 0)
    meaning = f"finding {number} may stay and is not shown again; ACCEPT ALL: all of them but errors"
    return ((f"ACCEPT {number}", meaning),) if number else ()


def _open_line(mail: letters.StrayMail) -> str:
    number = f"Number {mail.number}, in the holding pen: " if mail.number else "Left in the inbox: "
    return f"{number}“{mail.subject or 'no subject'}” from {mail.sender}, {in_words(mail.at)}. {mail.reason}".strip()


def distribute(work: Work, effect: Distribute) -> tuple[Change, ...]:
    """One mail to each frozen reader: a header of their own over the frozen body."""
    draft = _approved(work)
    changes: list[Change] = _published(work)
    for reader in work.view.edition.readers:
        changes.extend(_to_reader(work, draft, reader, "bulletin"))
    return tuple(changes)


def send_copy(work: Work, effect: SendCopy) -> tuple[Change, ...]:
    """The same frozen body to one late reader; the key is a reader's, so nobody gets a version twice."""
    return _to_reader(work, _approved(work), effect.to, keys.LATE_COPY)


def _approved(work: Work) -> Draft:
    edition = work.view.edition
    draft = work.view.approved or work.desk.store.draft(edition.id, edition.approved_draft or 0)
    if draft is None:
        raise LookupError(f"no draft {edition.approved_draft}")
    return draft


def _to_reader(work: Work, draft: Draft, reader: Person, kind: str) -> tuple[Change, ...]:
    edition, config = work.view.edition, work.desk.bulletins[work.bulletin]
    body = next(part.digest for part in draft.parts if part.name == BODY_PART)
    key = keys.bulletin_key(edition.bulletin, edition.period, draft.version, reader.address)
    message_id = keys.message_id_for(key, config.message_id_domain)
    envelope = Envelope(
        sender=config.sender.address,
        sender_name=config.sender.name,
        recipient=reader.address,
        recipient_name=reader.name,
        message_id=message_id,
        date=work.now,
    )
    letter = bulletin_letter(work, "", "", draft.version)
    header = reader_header(letter, envelope, templates=work.desk.looks[work.bulletin].mails)
    digest = keys.digest(header)
    row = work.delivery(key, message_id, kind, reader.address, digest, body)
    return BlobAdded(digest=digest, data=header), DeliveryQueued(delivery=row)


def _published(work: Work) -> list[Change]:
    """The figures of this edition join the series: from now on they are published."""
    changes: list[Change] = []
    for theme in work.desk.bulletins[work.bulletin].themes:
        brought = [s.counts for s in of_theme(theme.key, work.view.submissions) if s.statistics is not None]
        if brought and brought[-1] and theme.series:
            name = keys.series_name(work.bulletin, theme.series)
            known = {_count_key(c) for c in work.desk.store.counts(name)}
            fresh = tuple(c.model_copy(update={"series": name}) for c in brought[-1] if _count_key(c) not in known)
            if fresh:
                changes.append(CountsAdded(counts=fresh))
    return changes


def _count_key(count: Count) -> tuple[str, str, str, int]:
    return count.period, count.district, count.measure, count.revision
