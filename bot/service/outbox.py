"""Deliver: stage, record, release, settle; and after a silence, ask. A mail leaves through here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import DeliveryState, Problem
from bot.core.records import Change, Delivery, Logged, ProblemCleared, ProblemNoted
from bot.errors import BotError, LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.ports import Probe, StagedMail
from bot.service.desk import Account, Desk, log
from bot.service.restored import left_before

LEASE_SECONDS = 120
SENDING_TROUBLE = ("in-doubt", "refused", "mailbox-unreachable", "login-failed")
BATCH = 10  # few, so that what a stopped or slow tick leaves leased is soon free again


def staged(desk: Desk, delivery: Delivery) -> StagedMail:
    """The mail as a transport takes it; its bytes are checked against their digests by the store."""
    return StagedMail(
        key=delivery.key,
        message_id=delivery.message_id,
        sender=delivery.sender,
        recipient=delivery.recipient,
        mail=desk.store.mail_bytes(delivery),
        ref=delivery.ref,
    )


def account_for(desk: Desk, delivery: Delivery) -> Account:
    """The mailbox that a delivery leaves from: the one whose bulletin its key names, else the first."""
    bulletin = delivery.key.split("/", 1)[0]
    return next((account for account in desk.accounts if bulletin in account.bulletins), desk.accounts[0])


def deliver(desk: Desk, may_go_on: Callable[[], bool], *, look_first: bool = False) -> int:
    """Let queued mails leave, a bounded number of them; gives how many left. ``look_first``: a backup was put back, so
    each is looked up in the mailbox before it leaves."""
    left = 0
    tried: set[str] = set()
    while may_go_on() and (room := _room(desk)) > 0:
        found = desk.store.lease_deliverable(
            desk.clock.now(), min(BATCH, room), LEASE_SECONDS, absent=tuple(desk.absent)
        )
        leased = [delivery for delivery in found if delivery.key not in tried]  # the others wait for their lease
        tried.update(delivery.key for delivery in leased)
        for number, delivery in enumerate(leased):
            if not may_go_on():  # SIGTERM, or mail must be read
                desk.store.give_back(leased[number:])
                return left
            account = account_for(desk, delivery)
            try:
                if look_first and left_before(desk, account.sender, delivery, staged(desk, delivery)):
                    continue
                left += _send(desk, account, delivery)
            except (Unavailable, LoginFailed) as error:
                note_trouble(desk, account, error)
                return left
            except BotError:
                raise
            except Exception as error:  # noqa: BLE001 - a library below a mailbox; what was in hand is asked about
                note_unexpected(desk, account, error)
                return left
        if not leased:
            break
    return left


def _room(desk: Desk) -> int:
    """How many mails the mailboxes' limits a minute leave room for: what cannot leave is not leased."""
    paces = [getattr(account.sender, "pace", None) for account in desk.accounts]
    return max((pace.room() if pace else BATCH for pace in paces), default=0)


def again_in(desk: Desk) -> float | None:
    """Seconds until a mailbox at its limit takes mails again; None when none is at it."""
    paces = [pace for account in desk.accounts if (pace := getattr(account.sender, "pace", None))]
    return min((pace.wait() for pace in paces if pace.room() <= 0), default=None)


def _send(desk: Desk, account: Account, delivery: Delivery) -> int:
    """One mail through the four steps; 1 when it left."""
    mail = staged(desk, delivery)
    try:
        ref = account.sender.stage(mail)
    except Refused as error:
        return _refuse_unstaged(desk, delivery, error)
    except MaybeSent as error:
        raise Unavailable(error.message, error.hint, error.code) from error
    at = desk.clock.now()
    if not desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at, ref=ref):
        return 0  # withdrawn meanwhile, or HOLD: it stays a draft that nobody releases
    return _release(desk, account, delivery, mail.model_copy(update={"ref": ref}))


def _refuse_unstaged(desk: Desk, delivery: Delivery, error: Refused) -> int:
    at = desk.clock.now()
    if desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at):
        _tell(desk, delivery, "refused", error.message)
        desk.store.move_delivery(delivery.key, DeliveryEvent.REFUSED, at, reason=error.message)
    return 0


def _release(desk: Desk, account: Account, delivery: Delivery, mail: StagedMail) -> int:
    """Let it leave and settle what is known."""
    store, key = desk.store, delivery.key
    try:
        account.sender.release(mail)
    except MaybeSent as error:
        store.move_delivery(key, DeliveryEvent.SILENT, desk.clock.now(), reason=error.message)
        return 0
    except Refused as error:
        _tell(desk, delivery, "refused", error.message)  # first: a kill between the two must not silence it
        store.move_delivery(key, DeliveryEvent.REFUSED, desk.clock.now(), reason=error.message)
        return 0
    except (NotSent, Unavailable, LoginFailed) as error:
        store.move_delivery(key, DeliveryEvent.NOT_ACCEPTED, desk.clock.now(), reason=error.message)
        if isinstance(error, NotSent):
            return 0
        raise
    store.move_delivery(key, DeliveryEvent.ACCEPTED, desk.clock.now())
    return 1


def probe_silent(desk: Desk, may_go_on: Callable[[], bool]) -> int:
    """Mails of which nobody knows whether they left: ask the mailbox. What stays unknown goes to a person.

    Gives how many were settled: an edition may have waited for one of them, so the round was not idle."""
    settled = 0
    for delivery in desk.store.silent(desk.clock.now(), BATCH, LEASE_SECONDS, absent=tuple(desk.absent)):
        if not may_go_on():
            break
        account = account_for(desk, delivery)
        try:
            answer = account.sender.probe(staged(desk, delivery))
        except TransportError as error:
            note_trouble(desk, account, error)
            break
        settled += _settle(desk, delivery, answer, desk.clock.now())
    return settled


def _settle(desk: Desk, delivery: Delivery, answer: Probe, at: datetime) -> bool:
    """Write down what the mailbox said; whether that settles it."""
    store, key = desk.store, delivery.key
    if answer is Probe.SENT:
        store.move_delivery(key, DeliveryEvent.FOUND, at, reason="found in the mailbox after a silence")
    elif answer is Probe.NOT_ACCEPTED and delivery.state is DeliveryState.RELEASING:
        store.move_delivery(key, DeliveryEvent.NOT_ACCEPTED, at, reason="the mailbox says that it was not accepted")
    else:
        store.move_delivery(key, DeliveryEvent.SILENT, at, reason="no proof that it left, none that it did not")
        _tell(desk, delivery, "in-doubt", "Nobody knows whether it left; it is not sent again by itself.")
        return False
    return True


def _tell(desk: Desk, delivery: Delivery, code: str, sentence: str) -> None:
    """A delivery that needs the operator, said once; `status` shows it with the two answers."""
    if any((problem.code, problem.where) == (code, delivery.key) for problem in desk.store.problems()):
        return  # asked again and still unknown: the log would grow with every tick
    problem = Problem(
        code=code,
        sentence=f"A {delivery.kind.replace('_', ' ')} mail: {sentence}",
        where=delivery.key,
        todo=f"run_bot.py resolve {delivery.key} sent, or: run_bot.py resolve {delivery.key} retry",
    )
    desk.store.apply(
        [
            ProblemNoted(problem=problem, edition_id=delivery.edition_id),
            Logged(edition_id=delivery.edition_id, what=code, data={"kind": delivery.kind}),
        ],
        desk.clock.now(),
    )


def troubled(desk: Desk) -> bool:
    """Is something wrong with sending? Then an alert waits for the next tick, or it would fare like the mail before."""
    return any(problem.code in SENDING_TROUBLE for problem in desk.store.problems())


def _bulletins(account: Account) -> str:
    """A mailbox by its bulletins: its name holds its address, which the log must not."""
    return ", ".join(sorted(account.bulletins)) or "no bulletin"


def note_trouble(desk: Desk, account: Account, error: BotError) -> None:
    """The mailbox is not there: noted once, cleared when it answers again. "Wait a moment" is no trouble."""
    if error.code == "throttled":
        log.info("mailbox of %s: paced", _bulletins(account))
        return
    name = account.mailbox.name
    code = "login-failed" if isinstance(error, LoginFailed) else "mailbox-unreachable"
    log.warning("mailbox of %s: %s", _bulletins(account), code)
    open_codes = {problem.code for problem in desk.store.problems() if problem.where == name}
    if code == "mailbox-unreachable" and "login-failed" in open_codes:
        return  # one trouble, one alert: a mailbox that refuses us is not to be reached either
    problem = Problem(code=code, sentence=error.message, where=name, todo=error.hint)
    desk.store.apply([ProblemNoted(problem=problem)], desk.clock.now())


def note_unexpected(desk: Desk, account: Account, error: Exception) -> str:
    """A mailbox failed in a way that nobody foresaw: the same alert as for one that is away; gives its sentence."""
    log.error("mailbox of %s: unexpected %s", _bulletins(account), type(error).__name__, exc_info=error)
    sentence = f"The mailbox failed in an unexpected way ({type(error).__name__})."
    note_trouble(desk, account, Unavailable(sentence, "The log says more; please report it.", "unexpected"))
    return sentence


def note_all_clear(desk: Desk, account: Account, *, read_all: bool = False) -> None:
    """The mailbox answers (again). What it holds and cannot give us is noted once; ``read_all``: it was read to the
    end, so a mail that it does not complain of any more needs nobody."""
    name = account.mailbox.name
    unreadable = {
        (problem.code, f"{name}: {problem.where}"): problem for problem in getattr(account.mailbox, "problems", ())
    }
    open_now = {(problem.code, problem.where) for problem in desk.store.problems()}
    changes: list[Change] = [
        ProblemNoted(problem=unreadable[code, where].model_copy(update={"where": where}))
        for code, where in sorted(unreadable.keys() - open_now)
    ]
    changes += [
        ProblemCleared(code=code, where=where)
        for code, where in sorted(open_now - unreadable.keys())
        if where == name or (read_all and code == "mail-unreadable" and where.startswith(f"{name}: "))
    ]
    if changes:
        desk.store.apply(changes, desk.clock.now())
