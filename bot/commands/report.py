"""status and trace: where things stand, and where everything came from."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.cli import Options
from bot.commands.shared import desk_for, print_json, say, table
from bot.core.assemble import of_theme, standing_items, status_of
from bot.core.model import DeliveryState, EditionState, InboundState, Problem, block_text
from bot.core.planner.due import bulletin_deliveries
from bot.core.records import EditionView
from bot.core.timetable import LONDON, next_step, period_parts
from bot.errors import EditionUnreadable, InputError
from bot.service.absent import STOPPED, number_waiting
from bot.service.desk import Desk
from bot.service.joined import over_the_files
from bot.service.unreadable import problem_of

AHEAD = (EditionState.PLANNED, EditionState.COLLECTING, EditionState.IN_REVIEW, EditionState.APPROVED)
UNEVENLY = 1.1  # ticks do not fall on the second at which a minute's limit has room again
NEED_A_PERSON = (DeliveryState.IN_DOUBT, DeliveryState.FAILED)


def status(options: Options, *, as_json: bool, html: Path | None, now: str | None) -> int:
    """Editions, who is in, what is due, deliveries; 3 when something needs a person."""
    with desk_for(options, now) as (_, desk):
        document = status_document(desk)
        if html is not None:
            from bot.commands.page import write_page

            write_page(document, html)
        if as_json:
            print_json(document)
        elif html is None:
            _show(document)
        else:
            say(f"The page was written to {html}.")
        return 3 if document["needs_a_person"] else 0


def status_document(desk: Desk) -> dict[str, Any]:
    """Everything that `status` says, as plain data."""
    views, unreadable = _views(desk)
    stopped = tuple(desk.absent.values())  # as it is now; what was noted of them may be older
    noted = [problem for problem in desk.store.problems() if problem.code != STOPPED]
    told = {(problem.code, problem.where) for problem in noted}
    noted += [problem for problem in unreadable if (problem.code, problem.where) not in told]
    needs = [problem.model_dump() for problem in (*stopped, *noted)]
    held = desk.store.inbounds((InboundState.HELD, InboundState.PARKED))
    return {
        "at": desk.clock.now().isoformat(),
        "editions": [_edition(desk, view) for view in views],
        "needs_a_person": needs,
        "stopped_bulletins": list(desk.absent),
        "mails_that_wait_for_them": number_waiting(desk),
        "people_by_mail": list(over_the_files(desk)),
        "waiting": [
            {"number": m.id, "state": m.state.value, "reasons": list(m.verdict.reasons) if m.verdict else []}
            for m in held
        ],
    }


def _views(desk: Desk) -> tuple[list[EditionView], list[Problem]]:
    """Every edition, and what is to be said of those that this program cannot read."""
    read, unreadable = desk.store.readable(tuple(EditionState))
    views: list[EditionView] = []
    for edition in read:
        try:
            views.append(desk.store.view(edition.id))
        except EditionUnreadable as error:
            unreadable += (error,)
    return views, [problem_of(desk, error) for error in unreadable]


def _edition(desk: Desk, view: EditionView) -> dict[str, Any]:
    edition = view.edition
    config = desk.bulletins.get(edition.bulletin)
    ahead = edition.state in (
        EditionState.PLANNED,
        EditionState.COLLECTING,
        EditionState.IN_REVIEW,
        EditionState.APPROVED,
    )
    step = next_step(edition.timetable, view.done, desk.clock.now()) if ahead else None
    mails = bulletin_deliveries(view, edition.issue_version)
    return {
        "bulletin": edition.bulletin,
        "period": edition.period,
        "state": edition.state.value,
        "cause": edition.cause,
        "draft": edition.draft,
        "approved_draft": edition.approved_draft,
        "approved_by": edition.approved_by,
        "version": edition.issue_version,
        "next": {"what": step[0], "at": step[1].astimezone(LONDON).isoformat()} if step else None,
        "themes": [
            {
                "key": theme.key,
                "title": theme.title,
                "status": status_of(theme, view.submissions, edition.skipped_themes).value,
                "replies": len(of_theme(theme.key, view.submissions)),
            }
            for theme in (config.themes if config else ())
        ],
        "readers": dict(Counter(d.state.value for d in mails)),
        "mails": dict(Counter(d.state.value for d in view.deliveries if d.kind != "bulletin")),
        "sending": _sending(desk, view),
        "in_doubt": [
            {"key": d.key, "state": d.state.value, "reason": d.reason}
            for d in view.deliveries
            if d.state in NEED_A_PERSON
        ],
    }


def _sending(desk: Desk, view: EditionView) -> dict[str, Any] | None:
    """How long the queued mails of a distribution take where the mailbox takes only so many a minute."""
    edition = view.edition
    waiting = [d for d in view.deliveries if d.state is DeliveryState.QUEUED]
    if edition.state is not EditionState.DISTRIBUTING or not waiting or edition.bulletin not in desk.bulletins:
        return None
    pace = getattr(desk.account_of(edition.bulletin).sender, "pace", None)
    if pace is None or not pace.per_minute:
        return None
    start = max(desk.clock.now(), min(d.not_before for d in waiting))
    minutes = math.ceil(len(waiting) * UNEVENLY / pace.per_minute)
    last = (start + timedelta(minutes=minutes)).astimezone(LONDON)
    return {"queued": len(waiting), "per_minute": pace.per_minute, "minutes": minutes, "last_at": last.isoformat()}


def _show(document: dict[str, Any]) -> None:
    """The same for a person."""
    for edition in document["editions"]:
        say(f"{edition['bulletin']} {edition['period']}: {edition['state'].replace('_', ' ')}"
            + (f", draft {edition['draft']}" if edition["draft"] else ""))  # fmt: skip
        if edition["next"]:
            say(f"  next: {edition['next']['what']} at {edition['next']['at'][:16].replace('T', ' ')}")
        if edition["state"] != "planned":
            table([(f"  {t['title']}", t["status"], str(t["replies"])) for t in edition["themes"]],
                  ("  theme", "status", "replies"))  # fmt: skip
        if edition["readers"]:
            say("  readers: " + ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in edition["readers"].items()))
        if sending := edition["sending"]:
            say(f"  sending: {sending['queued']} queued, at most {sending['per_minute']} a minute; the last leaves at "
                f"about {sending['last_at'][11:16]}")  # fmt: skip
        for doubt in edition["in_doubt"]:
            say(f"  {doubt['state'].replace('_', ' ')}: {doubt['key']} ({doubt['reason']})")
    if not document["editions"]:
        say("No edition yet; `tick` or `run` starts this month's.")
    _show_needs(document)


def _show_needs(document: dict[str, Any]) -> None:
    """Lists that go before the files, what waits for an editor, and what needs the operator."""
    for over in document["people_by_mail"]:
        say(f"{over['sentence']}{'; `check` lists them' * bool(over['lines'])}.")
    if number := document["mails_that_wait_for_them"]:
        say(f"{number} mail{'s' * (number > 1)} unread: for {', '.join(document['stopped_bulletins'])}, or perhaps.")
    for mail in document["waiting"]:
        say(f"Mail {mail['number']} is {mail['state']}: {' '.join(mail['reasons'][:1])}")
    for problem in document["needs_a_person"]:
        say(f"Needs a person: {problem['sentence']} ({problem['where']})")
        if problem["todo"]:
            say(f"  {problem['todo']}")
    if document["waiting"]:
        say("The editor is asked about what is held; a parked mail waits for `unpark`.")
    elif not document["needs_a_person"]:
        say("Nothing needs a person.")


def trace(options: Options, period: str, text: str | None) -> int:
    """Which mail each paragraph and figure came from, who approved, who got it."""
    period_parts(period)
    with desk_for(options) as (_, desk):
        editions = [e for e in desk.store.editions() if e.period == period]
        if not editions:
            raise InputError(f"There is no edition {period}.", "`status` lists them.", "no-edition")
        for edition in editions:
            _trace(desk, desk.store.view(edition.id), (text or "").casefold())
    return 0


def _trace(desk: Desk, view: EditionView, wanted: str) -> None:
    """One edition's trace."""
    edition = view.edition
    config = desk.bulletins.get(edition.bulletin)
    say(f"{edition.bulletin} {edition.period}: {edition.state.value.replace('_', ' ')}")
    for theme in config.themes if config else ():
        mine = of_theme(theme.key, view.submissions)
        items, nil = standing_items(mine, theme.title)
        for item in items:
            for block in item.blocks:
                line = " ".join(block_text(block).split())
                if not wanted or wanted in line.casefold() or wanted in item.heading.casefold():
                    say(f"  {theme.title} / {item.heading}: {line[:100]}")
                    say(f"    from mail {item.inbound} by {item.person}")
        if nil and not wanted:
            say(f"  {theme.title}: nil return, mail {mine[-1].inbound} by {mine[-1].person}")
        figures = [s for s in mine if s.statistics is not None]
        for row in figures[-1].statistics.rows if figures and figures[-1].statistics else ():
            values = " ".join("" if v is None else f"{v:,}" for v in (*row.values.values(), row.total))
            if not wanted or wanted in f"{row.district} {values}".casefold():
                say(f"  {theme.title} / figures / {row.district}: {values}")
                say(f"    from mail {figures[-1].inbound} by {figures[-1].person}, {row.source}")
    if wanted:
        return
    _what_happened(desk, edition.id)
    for delivery in bulletin_deliveries(view, edition.issue_version):
        at = delivery.changed_at.astimezone(LONDON)
        line = f"  {delivery.recipient}: {delivery.state.value.replace('_', ' ')} {at:%Y-%m-%d %H:%M} {delivery.reason}"
        say(line.rstrip())
    if broken := desk.store.broken_events():
        say(f"  The log was changed at line(s) {', '.join(map(str, broken))}.")


def _what_happened(desk: Desk, edition: int) -> None:
    """Who decided what, when; then the log."""
    for one in desk.store.decisions(edition):
        at = one.at.astimezone(LONDON)
        about = f" (draft {one.draft})" if one.draft is not None else ""
        said = f"{one.word} {one.argument}".strip()
        say(f"  {at:%Y-%m-%d %H:%M} {one.person} said {said}{about}: {one.done}".rstrip(": "))
    for event in desk.store.events(edition):
        at = event.at.astimezone(LONDON)
        say(f"  {at:%Y-%m-%d %H:%M} {event.what} {event.data if event.data != '{}' else ''}".rstrip())
