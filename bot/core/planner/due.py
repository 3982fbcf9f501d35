"""The calendar: what is due for an edition now. Worked out from the edition and the clock alone, so a tick that was
missed, late or doubled changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import keys, lifecycle
from bot.core.edits import Edited
from bot.core.effects import (
    AskDeputy,
    AskLead,
    ChaseEditor,
    Distribute,
    MakeDraft,
    Plan,
    PlanBuilder,
    Remind,
    ReportOutcome,
)
from bot.core.lifecycle import EditionEvent
from bot.core.model import DeliveryState, EditionState, Person, Problem
from bot.core.planner.answering import digests_due
from bot.core.planner.overdue import REQUESTS_MISSED, place_of, requests_missed
from bot.core.planner.rules import Rules, is_away, london_day, missing_themes, standing_in, to_ask
from bot.core.records import DeliveriesWithdrawn, Delivery, DueDone, EditionView, Logged, ProblemCleared, ProblemNoted
from bot.core.timetable import due_now, retimed, timetable_for

NO_READERS = "No reader is on the list (csm_list.csv), so nothing could go to anybody."
CHASED = 1000  # ordinals from here on are reminders that the editor asked for
GRACE = timedelta(days=1)  # who has just written is not reminded at once
UNSETTLED = (DeliveryState.QUEUED, DeliveryState.RELEASING)


def plan_due(view: EditionView, rules: Rules, now: datetime) -> Plan:
    """Everything that the calendar asks of one edition now: requests, reminders, draft, chasers, distribution."""
    build = PlanBuilder(view.edition)
    if view.edition.state is EditionState.PLANNED and view.edition.period in rules.skip:
        build.set(state=lifecycle.move_edition(view.edition.state, EditionEvent.SKIP_MONTH), cause="skip in config")
        build.write(Logged(edition_id=view.edition.id, what="skipped"))
        return build.plan()
    _keep_time(build, rules, now)
    due = due_now(build.edition.timetable, view.done, now, rules.closed)
    if "request" in due:
        _requests(build, view, rules, now)
    for name in due:
        if name.startswith("reminder/"):
            _reminders(build, view, rules, now, name)
        if name.startswith("chaser/"):
            _chasers(build, view, rules, now, name)
    digests_due(build, now)
    _draft(build, view, rules, now)
    _release(build, view, now)
    _finish(build, view, rules)
    return build.plan()


def _keep_time(build: PlanBuilder, rules: Rules, now: datetime) -> None:
    """Follow the calendar when a holiday or a rule changed; what has been stays, and so does what an editor set."""
    edition = build.edition
    if edition.extended or edition.state not in (EditionState.PLANNED, EditionState.COLLECTING):
        return
    fresh = timetable_for(edition.period, rules.timetable, rules.closed)
    moved = retimed(edition.timetable, fresh, now)
    if moved != edition.timetable:
        build.set(timetable=moved)
        build.write(Logged(edition_id=edition.id, what="timetable moved"))


def _requests(build: PlanBuilder, view: EditionView, rules: Rules, now: datetime) -> None:
    """Ask every lead once for every theme. A lead who is known to be away: the deputy is asked instead."""
    edition = build.edition
    if edition.state is not EditionState.PLANNED:
        return
    if now >= edition.timetable.deadline_at:
        requests_missed(build, view, rules, now)
        return
    if any(name.startswith(REQUESTS_MISSED) for name in view.done):
        build.write(ProblemCleared(code=REQUESTS_MISSED, where=place_of(edition)))
    build.set(state=lifecycle.move_edition(edition.state, EditionEvent.REQUESTS_DUE), cause="first working day")
    build.write(DueDone(edition_id=edition.id, name="request"), Logged(edition_id=edition.id, what="requests"))
    for theme in rules.themes:
        for lead in theme.leads:
            away = is_away(lead.address, view.absences, london_day(now))
            if not away or not theme.deputies:
                key = keys.request_key(edition.bulletin, edition.period, theme.key, lead.address)
                build.do(AskLead(key=key, theme=theme.key, to=lead))
            else:
                ask_deputies(build, view, rules, theme.key, lead, now)


def ask_deputies(
    build: PlanBuilder, view: EditionView, rules: Rules, theme_key: str, lead: Person, now: datetime
) -> tuple[Person, ...]:
    """Ask the theme's deputies who are here, because ``lead`` is away; gives those asked."""
    theme = rules.theme(theme_key)
    if theme is None:
        return ()
    mine = [a for a in view.absences if a.address == lead.address]
    absence = mine[-1] if mine else None
    asked = tuple(d for d in theme.deputies if not is_away(d.address, view.absences, london_day(now)))
    for deputy in asked:
        build.do(
            AskDeputy(
                key=keys.deputy_question_key(view.edition.bulletin, view.edition.period, theme.key, deputy.address),
                theme=theme.key,
                to=deputy,
                lead=lead,
                back_on=absence.until if absence else None,
                bounced=bool(absence and absence.why == "bounce"),
            )
        )
    return asked


def _reminders(build: PlanBuilder, view: EditionView, rules: Rules, now: datetime, name: str) -> None:
    """One reminder to each person who has something open, however many themes that is."""
    edition = build.edition
    if edition.state is not EditionState.COLLECTING:
        return
    build.write(DueDone(edition_id=edition.id, name=name))
    if view.edition.state is EditionState.PLANNED:
        return  # the requests go out in this very tick, late: nobody gets both at once
    ordinal = int(name.partition("/")[2])
    remind(build, view, rules, now, ordinal, last=ordinal == len(edition.timetable.reminders_at))


def remind(
    build: PlanBuilder,
    view: EditionView,
    rules: Rules,
    now: datetime,
    ordinal: int,
    *,
    last: bool = False,
    only: str | None = None,
) -> tuple[Person, ...]:
    """Reminders for all themes that are not in (or ``only`` one); gives the people reminded."""
    open_themes: dict[str, tuple[Person, list[str]]] = {}
    for theme in missing_themes(rules, view):
        if only in (None, theme.key):
            for person in to_ask(theme, view, now):
                if only is None and ordinal < CHASED and wrote_lately(view, person.address, now):
                    continue
                open_themes.setdefault(person.address, (person, []))[1].append(theme.key)
    edition = view.edition
    for person, themes in open_themes.values():
        key = keys.reminder_key(edition.bulletin, edition.period, ordinal, person.address)
        build.do(Remind(key=key, to=person, themes=tuple(themes), last=last))
    if open_themes:
        build.write(Logged(edition_id=edition.id, what="reminders", data={"people": len(open_themes)}))
    return tuple(person for person, _ in open_themes.values())


def wrote_lately(view: EditionView, address: str, now: datetime) -> bool:
    """Whether a person has written within the time of grace, whatever it was."""
    return any(s.person == address and now - GRACE < s.at <= now for s in view.submissions)


def draft_is_due(view: EditionView, rules: Rules, now: datetime) -> str:
    """Why a draft is due now, in words; "" when none is. ``view.draft`` is the newest one."""
    edition = view.edition
    quiet = edition.changed_at is not None and now >= edition.changed_at + rules.quiet
    if edition.state is EditionState.COLLECTING:
        deadline = edition.timetable.deadline_at
        if now >= deadline and (view.draft is None or view.draft.made_at < deadline):
            return "deadline"
        return "changes" if now >= deadline and quiet else ""
    if edition.state in (EditionState.IN_REVIEW, EditionState.CORRECTING) and quiet:
        return "a reply came after the last draft" if edition.state is EditionState.IN_REVIEW else "correction"
    return ""


def _draft(build: PlanBuilder, view: EditionView, rules: Rules, now: datetime) -> None:
    why = draft_is_due(view.model_copy(update={"edition": build.edition}), rules, now)
    if why:
        notes = () if rules.readers else (NO_READERS,)
        make_draft(build, view, why, notes=notes, also_to=standing_in(rules, view, now))


def make_draft(
    build: PlanBuilder,
    view: EditionView,
    why: str,
    *,
    edited: Edited | None = None,
    notes: tuple[str, ...] = (),
    also_to: tuple[Person, ...] = (),
) -> None:
    """A new draft. A version that has rows in the outbox already is used up: its keys would send the old bytes.

    ``why`` goes into the log, so it names nobody. ``edited`` is the editor's own file, ``notes`` and ``also_to`` go
    into the draft mail."""
    edition = build.edition
    version = edition.issue_version
    if any(f"/bulletin/v{version}/" in d.key for d in view.deliveries):
        version += 1
    number = (view.draft.number if view.draft else 0) + 1
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.DRAFT_MADE),
        draft=number,
        issue_version=version,
        changed_at=None,
        strays_listed=max((mail.id for mail in view.strays), default=edition.strays_listed),
        cause=why,
    )
    told = (*notes, *edition.notes)
    build.do(MakeDraft(number=number, version=version, why=why, notes=told, edited=edited, also_to=also_to))
    build.set(notes=())


def _chasers(build: PlanBuilder, view: EditionView, rules: Rules, now: datetime, name: str) -> None:
    """Ask the editors for a decision; nothing leaves by default. A correction comes after its day: one that has just
    been made is not chased at once."""
    edition = build.edition
    if edition.state is not EditionState.IN_REVIEW or edition.changed_at is not None:
        return
    if edition.sent_draft is not None and view.draft is not None and now < view.draft.made_at + GRACE:
        return
    build.write(DueDone(edition_id=edition.id, name=name))
    ordinal = int(name.partition("/")[2])
    overdue = now >= edition.timetable.distribution_at
    people = rules.editors + (rules.editor_deputies if overdue else standing_in(rules, view, now))
    for editor in people:
        key = keys.chaser_key(edition.bulletin, edition.period, ordinal, editor.address)
        build.do(ChaseEditor(key=key, to=editor, overdue=overdue))


def _release(build: PlanBuilder, view: EditionView, now: datetime) -> None:
    """The cooling-off is over: the frozen bytes go to the frozen list. Nothing of an older version leaves any more."""
    edition = build.edition
    if edition.state is EditionState.APPROVED and edition.release_at is not None and now >= edition.release_at:
        build.set(state=lifecycle.move_edition(edition.state, EditionEvent.RELEASE_DUE), cause="cooling-off over")
        build.set(sent_draft=edition.approved_draft)
        build.write(
            DueDone(edition_id=edition.id, name=f"distribution/v{edition.issue_version}"),
            Logged(
                edition_id=edition.id,
                what="distribution",
                data={"readers": len(edition.readers), "draft": view.approved_digest},
            ),
        )
        if any(d.kind in keys.READER_KINDS for d in view.deliveries):
            build.write(DeliveriesWithdrawn(edition_id=edition.id, kinds=keys.READER_KINDS, reason="out of date"))
        build.do(Distribute())


def bulletin_deliveries(view: EditionView, version: int) -> tuple[Delivery, ...]:
    """The readers' mails of one version."""
    return tuple(d for d in view.deliveries if d.kind == "bulletin" and f"/bulletin/v{version}/" in d.key)


def _finish(build: PlanBuilder, view: EditionView, rules: Rules) -> None:
    """Nothing is queued or releasing any more: the edition is distributed, and the editors hear how it ended.

    One that was approved for nobody ends too, and the operator hears of it."""
    edition = view.edition
    mails = bulletin_deliveries(view, edition.issue_version)
    if edition.state is not EditionState.DISTRIBUTING or any(d.state in UNSETTLED for d in mails):
        return
    if not mails:
        if edition.readers:
            return
        problem = Problem(code="no-readers", sentence=NO_READERS, where=place_of(edition), todo="Fill in csm_list.csv.")
        build.write(ProblemNoted(problem=problem, edition_id=edition.id))
    build.set(state=lifecycle.move_edition(edition.state, EditionEvent.ALL_LEFT), cause="everything has left")
    build.set(whole_version=edition.issue_version)
    build.write(Logged(edition_id=edition.id, what="distributed", data={"mails": len(mails)}))
    for editor in rules.editors:
        key = keys.outcome_key(edition.bulletin, edition.period, edition.issue_version, editor.address)
        build.do(ReportOutcome(key=key, to=editor))
