"""HOLD, and what is not clear while something is on its way: stopping is always safe, so doubt stops too.

Whoever else may decide is told, and an APPROVE that was on its way from another editor meanwhile is asked back.
"""

from __future__ import annotations

from datetime import datetime

from bot.core import keys, lifecycle
from bot.core.decision import Word
from bot.core.effects import Notify, PlanBuilder
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said, answer
from bot.core.records import DecisionAdded, DeliveriesWithdrawn, EditionView, Logged, TokensKilled
from bot.core.signoff import only_sign_off

SEND_AGAIN = (("APPROVE", "approve this same draft anew"), ("CHANGES", "what you write underneath goes to the leads"))
SEND_COPY = (("SEND TO name@example.org", "send the late copy to this address after all"),)
ON_ITS_WAY = (EditionState.APPROVED, EditionState.DISTRIBUTING)
_MAY_BE_APPROVED = (EditionState.IN_REVIEW, EditionState.STOPPED)
_KEEPS_NOTES = (*_MAY_BE_APPROVED, *ON_ITS_WAY, EditionState.COLLECTING, EditionState.CORRECTING)
_MOST_NOTES = 10
_LONGEST_NOTE = 300


def hold(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """HOLD: stops what has not left. What else the mail says is kept as a note for the next draft mail."""
    edition = view.edition
    kept = _words(said)
    if kept and edition.state in _KEEPS_NOTES:
        build.set(notes=(*edition.notes, *(f"HOLD, {_name(said)}: {line}" for line in kept)))
    _object(build, said)
    if not _on_its_way(view):
        says = edition_cell(edition.state, EditionEvent.HOLD).says
        answer(build, said, view, "HOLD: nothing was changed", (says,), lines=_as_kept(kept))
    else:
        says = _stop(build, view, said, f"HOLD by {said.person.address}")
        answer(build, said, view, "held", (says,), lines=_as_kept(kept), may_say=_may_follow(view))
        _tell_others(build, view, rules, said, f"{_name(said)} said HOLD.", kept)


def unclear(build: PlanBuilder, view: EditionView, rules: Rules, said: Said) -> None:
    """Nothing was understood for certain: the editor is asked. Where something may be wrong with what is on its way,
    it is stopped until they have answered."""
    problem = said.command.problem or "I could not read that as one of the words I know; nothing was changed."
    worried = said.command.worried
    if worried and _on_its_way(view):
        cause = f"stopped until it is clear what {said.person.address} wants"
        says = (_stop(build, view, said, cause), "I stopped it to be safe, because I am not sure what you want.")
        answer(build, said, view, "stopped, and a question", (problem, *says), quoted=True, may_say=_may_follow(view))
        _tell_others(build, view, rules, said, f"{_name(said)} wrote something that I could not read for certain.", ())
        build.write(
            DecisionAdded(
                edition_id=view.edition.id,
                inbound=said.inbound,
                draft=said.draft,
                word=str(Word.HOLD),
                argument="in doubt",
                person=said.person.address,
                done=cause,
            ),
            Logged(edition_id=view.edition.id, what="stopped in doubt", data={"inbound": said.inbound}),
        )
    else:
        offered = said.offer.may_say(rules.titles()) if said.offer else ()
        about = said.offer.about if said.offer else ""
        title = "your reply needs one clear word"
        answer(build, said, view, title, (problem,), quoted=True, may_say=offered, token_about=about)
    if worried:
        _object(build, said)


def objection(view: EditionView, said: Said) -> str:
    """Why an APPROVE whose mail is older than another editor's objection is asked back; "" where it is not."""
    by = view.edition.objected_by
    if not said.stale or by in ("", said.person.address) or view.edition.state not in _MAY_BE_APPROVED:
        return ""
    return f"After the mail that you answered was sent, {by} wrote HOLD or asked something. Nothing was approved."


def _name(said: Said) -> str:
    return said.person.name or said.person.address


def _object(build: PlanBuilder, said: Said) -> None:
    """The references of all mails sent so far are dead: an APPROVE by somebody else needs a newer mail."""
    if build.edition.state in _MAY_BE_APPROVED:
        build.set(objected_by=said.person.address)
        build.write(TokensKilled(bulletin=build.edition.bulletin, period=build.edition.period))


def _waiting(view: EditionView, kinds: tuple[str, ...]) -> int:
    """How many mails to readers have not left."""
    return sum(1 for d in view.deliveries if d.kind in kinds and d.state == "queued")


def _on_its_way(view: EditionView) -> bool:
    """Whether something may still be stopped: after the distribution, a late copy that has not left."""
    state = view.edition.state
    return state in ON_ITS_WAY or (state is EditionState.DISTRIBUTED and _waiting(view, (keys.LATE_COPY,)) > 0)


def _may_follow(view: EditionView) -> tuple[tuple[str, str], ...]:
    return SEND_COPY if view.edition.state is EditionState.DISTRIBUTED else SEND_AGAIN


def _stop_copies(build: PlanBuilder, view: EditionView, cause: str) -> str:
    """The bulletin has left; a late copy that waits does not follow it."""
    waiting = _waiting(view, (keys.LATE_COPY,))
    build.write(DeliveriesWithdrawn(edition_id=view.edition.id, kinds=(keys.LATE_COPY,), reason=cause))
    copies = "1 late copy that had not left stays" if waiting == 1 else f"{waiting} late copies that had not left stay"
    return f"Stopped: {copies} here. Everything else has left already; CORRECT sends a correction."


def _stop(build: PlanBuilder, view: EditionView, said: Said, cause: str) -> str:
    """Nothing more leaves. Gives the sentence that says so."""
    edition = view.edition
    if edition.state is EditionState.DISTRIBUTED:
        return _stop_copies(build, view, cause)
    state = lifecycle.move_edition(edition.state, EditionEvent.HOLD)
    killed = TokensKilled(bulletin=edition.bulletin, period=edition.period)
    build.set(objected_by=said.person.address)
    if state is not EditionState.STOPPED:
        build.set(
            state=state, cause=cause, approved_draft=None, approved_by="", approved_at=None, release_at=None, readers=()
        )
        build.write(killed)
        return edition_cell(edition.state, EditionEvent.HOLD).says
    build.set(state=state, cause=cause)
    build.write(killed, DeliveriesWithdrawn(edition_id=edition.id, kinds=keys.READER_KINDS, reason=cause))
    queued = _waiting(view, keys.READER_KINDS)
    return f"Stopped: {queued} mail{'s' if queued != 1 else ''} that had not left stay{'s' * (queued == 1)} here."


def _tell_others(
    build: PlanBuilder, view: EditionView, rules: Rules, said: Said, why: str, kept: tuple[str, ...]
) -> None:
    """The other editors hear that it is stopped, and why; their answer to that mail may send it after all."""
    edition = build.edition
    until = "SEND TO and its address" if view.edition.state is EditionState.DISTRIBUTED else "APPROVE"
    wrote = (f"They wrote: “{' '.join(kept)}”",) if kept else ()
    for editor in rules.editors:
        if editor.address != said.person.address:
            build.do(
                Notify(
                    key=keys.notice_key(edition.bulletin, edition.period, f"held/{said.digest}", editor.address),
                    to=editor,
                    about=f"stopped by {_name(said)}",
                    sentences=(why, *wrote, f"What had not left stays here until an editor says {until} again."),
                    may_say=_may_follow(view),
                    editor_draft=edition.draft,
                )
            )


def _words(said: Said) -> tuple[str, ...]:
    """What the mail says beside HOLD, a line a note; a bare sign-off is no note."""
    lines = [" ".join(line.split()) for line in (said.command.argument, *said.command.rest.split("\n"))]
    kept = [line[:_LONGEST_NOTE] for line in lines if line][:_MOST_NOTES]
    return () if only_sign_off(lines) else tuple(kept)


def _as_kept(kept: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"Kept as a note: {line}" for line in kept)
