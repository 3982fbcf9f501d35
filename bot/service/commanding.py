"""An editor's mail, read for a decision: its words and files, its token, and a one-time code where one is needed."""

from __future__ import annotations

from datetime import datetime

from bot.core import keys
from bot.core.decision import Word, decide
from bot.core.effects import Plan
from bot.core.planner.codes import find_code
from bot.core.planner.decisions import Said, plan_code, plan_decision
from bot.core.planner.filing import chosen
from bot.core.planner.returns import editor_place
from bot.core.planner.rules import EDITOR_UNREACHABLE, Rules
from bot.core.records import Change, EditionView, ProblemCleared, Token
from bot.errors import StoreError
from bot.sections.editortext import editor_text
from bot.service import editing, filing, people
from bot.service.desk import Account, Desk
from bot.service.facts import person_of
from bot.service.opening import Opened, open_mail


def plan_command(desk: Desk, account: Account, view: EditionView, opened: Opened, now: datetime) -> Plan:
    """What an editor's mail does."""
    rules = desk.rules(view.edition.bulletin, view.edition.period)
    said, blobs = read_command(desk, account, view, rules, opened, now)
    if said.command.word is Word.CODE and not said.command.problem:
        earlier, blobs = _earlier(desk, account, view, rules, said, now)
        plan = plan_code(view, rules, said, earlier, now)
    else:
        plan = plan_decision(view, rules, said, now)
    if not said.fresh_code or find_code(view, said, now) is not None:
        plan = plan.model_copy(update={"changes": (*plan.changes, *_reached(desk, view, said))})
    if any(effect.effect == "make_draft" for effect in plan.effects):
        plan = plan.model_copy(update={"changes": (*blobs, *plan.changes)})
    return plan


def _reached(desk: Desk, view: EditionView, said: Said) -> list[Change]:
    """An editor who writes can be reached again: a mail of ours to them had come back, and the operator was told."""
    where = editor_place(view.edition.bulletin, said.person.address)
    told = any((problem.code, problem.where) == (EDITOR_UNREACHABLE, where) for problem in desk.store.problems())
    return [ProblemCleared(code=EDITOR_UNREACHABLE, where=where)] if told else []


def read_command(
    desk: Desk, account: Account, view: EditionView, rules: Rules, opened: Opened, now: datetime
) -> tuple[Said, list[Change]]:
    """What the editor said, and the bytes to keep if a draft is made of it."""
    text = editor_text(opened.message)
    files = editing.files_of(desk, view, opened.message)
    command = decide(
        "" if opened.reading.forwarded_by else text.new,  # what was passed on commands nothing
        now=now,
        themes=rules.titles(),
        has_attachment=bool(files.own),
        html_text_agree=text.agree,
        aside=text.aside,
        hidden=text.hidden,
    )
    offer = filing.offer_of(opened)
    command = chosen(command, offer, rules.titles())
    mine = _their_tokens(view, opened, of_thread=command.word is Word.FILE or offer is not None)
    said = Said(
        command=editing.understood(command, files),
        person=rules.editor(opened.author) or person_of(desk.bulletins[view.edition.bulletin], opened.author),
        inbound=opened.inbound.id,
        digest=opened.digest,
        draft=mine[0].draft if mine else None,
        has_token=bool(mine),
        about=mine[0].about if mine and not offer else "",
        offer=offer if mine else None,
        stale=bool(mine) and all(token.dead for token in mine),
        fresh_code=keys.make_code(desk.random_bytes(16)) if _unproven(account, opened) else "",
    )
    if command.word is Word.FILE and command.numbers:
        said = said.model_copy(update={"filing": filing.look_at(desk, view, command.numbers[0])})
    if people.is_about_people(said, files):
        return people.with_list(desk, view, said, files), []
    return editing.with_files(desk, view, said, files)


def _their_tokens(view: EditionView, opened: Opened, *, of_thread: bool) -> list[Token]:
    """The references of this edition that were mailed to who writes. ``of_thread``: those of the mail they answer, as
    what is filed may go into a later edition than that mail is of."""
    place = (view.edition.bulletin, view.edition.period)
    if of_thread and opened.thread is not None:
        place = (opened.thread.bulletin, opened.thread.period)
    theirs = (token for token in opened.tokens if token.purpose == "editor" and token.person == opened.author)
    return [token for token in theirs if (token.bulletin, token.period) == place]


def _unproven(account: Account, opened: Opened) -> bool:
    """Whether who wrote must still be shown by a code that is mailed to them."""
    return account.codes == "always" or (account.codes == "unproven" and opened.auth.result == "none")


def _earlier(
    desk: Desk, account: Account, view: EditionView, rules: Rules, said: Said, now: datetime
) -> tuple[Said | None, list[Change]]:
    """The mail that a code confirms, read again; None where the code is none or the mail is no longer here."""
    code = find_code(view, said, now)
    inbound = desk.store.inbound(code.inbound) if code is not None else None
    if inbound is None:
        return None, []
    try:
        opened = open_mail(desk, account, inbound)
    except StoreError:  # its bytes were purged
        return None, []
    return read_command(desk, account, view, rules, opened, now)
