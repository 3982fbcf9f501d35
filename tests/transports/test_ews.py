"""Exchange by EWS: the contract through the real exchangelib, and what only EWS has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import exchangelib
import pytest

from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.ports import Place, Probe
from bot.transports import ews as ews_module
from bot.transports.limits import Throttled
from tests.transports.certs import Authority
from tests.transports.contract import TransportContract, mail, nothing_known, staged, with_ref
from tests.transports.fake_ews import MAILBOX, PASSWORD, USER, busy, response
from tests.transports.httpd import Answer, Fault
from tests.transports.worlds import EwsWorld


@pytest.fixture
def world(authority: Authority, tmp_path: Path) -> Iterator[EwsWorld]:
    made = EwsWorld(authority, tmp_path)
    yield made
    made.close()


class TestContract(TransportContract):
    """Everything that every transport does."""


def fetched(world: EwsWorld, known: Callable[[str], bool] = nothing_known) -> list[bytes]:
    return [got.raw for got in world.mailbox.fetch_new(known, 100)]


# ----------------------------------------------------------------------------------------------------- reading


def test_only_changes_are_asked_for_once_everything_is_known(world: EwsWorld) -> None:
    for number in range(5):
        world.arrive(mail(number))
    known = {got.ref for got in world.mailbox.fetch_new(nothing_known, 100)}
    assert fetched(world, known.__contains__) == []
    world.reopen()
    world.httpd.seen.clear()
    assert fetched(world, known.__contains__) == []
    assert world.httpd.seen.count("SyncFolderItems") == 2  # inbox and Junk, one page each
    world.arrive(mail(9))
    assert fetched(world, known.__contains__) == [mail(9)]


def test_a_lost_sync_state_gives_the_whole_list_again(world: EwsWorld) -> None:
    world.arrive(mail(1))
    known = {got.ref for got in world.mailbox.fetch_new(nothing_known, 100)}
    assert fetched(world, known.__contains__) == []
    world.ews.generation += 1
    world.arrive(mail(2))
    assert fetched(world, known.__contains__) == [mail(2)]


def test_an_item_of_an_unheard_of_kind_stops_nothing(world: EwsWorld) -> None:
    world.ews.arrive(mail(1), tag="HolographicMessage")
    world.arrive(mail(2))
    assert fetched(world) == [mail(1), mail(2)]


def test_a_meeting_request_is_filed_though_it_takes_no_mark(world: EwsWorld) -> None:
    world.ews.arrive(mail(1), tag="MeetingRequest")
    (got,) = world.mailbox.fetch_new(nothing_known, 1)
    world.mailbox.acknowledge(got.ref, Place.HELD)
    assert world.filed(Place.HELD) == [mail(1)]


def test_a_handled_mail_bears_our_mark(world: EwsWorld) -> None:
    world.arrive(mail(1))
    (got,) = world.mailbox.fetch_new(nothing_known, 1)
    world.mailbox.acknowledge(got.ref, Place.PROCESSED)
    assert world.ews.in_folder("Processed")[0].properties == {"BulletinBotKey": "filed"}


TRACED = (
    b"Received: from edge.example (edge.example [192.0.2.1])\r\n by mx.council.example.org; Tue, 5 Aug 2025 10:00\r\n"
    b"X-MS-Exchange-Organization-AuthAs: Internal\r\nX-MS-Exchange-Organization-AuthSource: mx.council.example.org\r\n"
    b"Auto-Submitted: auto-replied\r\n"
)


@pytest.mark.parametrize("raw_block", [True, False])
def test_what_came_over_the_wire_is_put_above_the_rebuilt_body(world: EwsWorld, raw_block: bool) -> None:
    world.ews.knows_transport_headers = raw_block
    world.arrive(TRACED + mail(1))
    (raw,) = fetched(world)
    head, _, body = raw.partition(b"\r\n\r\n")
    for line in (b"X-MS-Exchange-Organization-AuthAs: Internal", b"Auto-Submitted: auto-replied"):
        assert head.split(b"\r\n").count(line) == 1
    assert head.startswith(b"Received: from edge.example")
    assert head.count(b"Content-Type:") == head.count(b"From:") == head.count(b"Message-ID:") == 1
    assert body == b"Hello 1\r\n"


def test_one_mail_that_cannot_be_converted_stops_no_other(world: EwsWorld) -> None:
    for number in (1, 2, 3):
        world.arrive(mail(number))
    world.ews.conversion_fails.add(world.ews.in_folder("inbox")[1].id)
    assert fetched(world) == [mail(1), mail(3)]
    assert [problem.code for problem in world.mailbox.problems] == ["mail-unreadable"]
    assert world.mailbox.read_all  # the whole list was asked for: what is not named here could be read


def test_a_mail_that_fails_again_and_again_stops_the_others_no_longer(world: EwsWorld) -> None:
    for number in (1, 2):
        world.arrive(mail(number))
    first = world.ews.in_folder("inbox")[0].id
    known: set[str] = set()
    world.ews.crashes_on.add(first)
    told: list[str] = []
    for _ in range(5):
        with suppress(Unavailable):
            for got in world.mailbox.fetch_new(known.__contains__, 100):
                known.add(got.ref)
            told += [problem.code for problem in world.mailbox.problems]
    assert known == {world.ews.in_folder("inbox")[1].id}
    assert told == ["mail-unreadable"]
    assert world.httpd.seen.count("GetItem of MIME") == 3 + 1  # and not once a minute for ever


def test_half_a_mail_is_no_mail(world: EwsWorld) -> None:
    world.arrive(mail(1, "long " * 1000))
    for operation in ("GetItem", "GetItem of MIME", "SyncFolderItems"):
        world.httpd.faults.append(Fault(operation, half=True))
        with pytest.raises(Unavailable):
            fetched(world)
    assert fetched(world) == [mail(1, "long " * 1000)]


def test_a_folder_that_a_person_deleted_is_made_again(world: EwsWorld) -> None:
    for number in (1, 2):
        world.arrive(mail(number))
    first, second = [got.ref for got in world.mailbox.fetch_new(nothing_known, 2)]
    world.mailbox.acknowledge(first, Place.PROCESSED)
    world.ews.folders = {ref: found for ref, found in world.ews.folders.items() if found[0] != "Processed"}
    world.mailbox.acknowledge(second, Place.PROCESSED)
    assert world.filed(Place.PROCESSED) == [mail(2)]


# ----------------------------------------------------------------------------------------------------- sending

SEND = "SendItem"
AFTER = [
    Fault(SEND, after=True),
    Fault(SEND, after=True, answer=Answer(503, b"", {"Retry-After": "1"})),
    Fault(SEND, after=True, answer=Answer(502, b"<html>proxy</html>", {"Connection": "close"})),
    Fault(SEND, after=True, answer=Answer(504)),
    Fault(SEND, after=True, answer=Answer(500, b"Server Error in '/EWS' Application")),
    Fault(SEND, after=True, answer=response(SEND, "", "ErrorInternalServerTransientError")),
    Fault(SEND, after=True, answer=response(SEND, "", "ErrorTimeoutExpired")),
    Fault(SEND, half=True),
]


@pytest.mark.parametrize("fault", AFTER, ids=range(len(AFTER)))
def test_a_mail_that_was_accepted_before_the_fault_never_leaves_twice(world: EwsWorld, fault: Fault) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(replace(fault))
    with pytest.raises(MaybeSent):
        world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.SENT
    assert world.httpd.seen.count(SEND) == len(world.ews.left) == 1
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))  # even if somebody asked for it again
    assert len(world.ews.left) == 1


BEFORE = [
    (Fault(SEND), MaybeSent),
    (Fault(SEND, answer=response(SEND, "", "ErrorSendAsDenied")), LoginFailed),
    (Fault(SEND, answer=response(SEND, "", "ErrorItemNotFound")), MaybeSent),
    (Fault(SEND, answer=response(SEND, "", "ErrorStaleObject")), NotSent),
    (Fault(SEND, answer=response(SEND, "", "ErrorQuotaExceeded")), Unavailable),
    (Fault(SEND, answer=response(SEND, "", "ErrorInvalidRecipients")), Refused),
    (Fault(SEND, answer=busy(1200)), Throttled),
    (Fault(SEND, answer=Answer(503)), MaybeSent),
    (Fault(SEND, answer=Answer(401)), LoginFailed),
    (Fault(SEND, answer=Answer(302, b"", {"Location": "https://portal.example/"})), Unavailable),
]


@pytest.mark.parametrize(("fault", "told"), BEFORE, ids=range(len(BEFORE)))
def test_each_fault_before_acceptance_says_what_is_certain(
    world: EwsWorld, fault: Fault, told: type[TransportError]
) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(replace(fault))
    with pytest.raises(told) as error:
        world.sender.release(ready)
    assert error.value.message.endswith(".")
    assert error.value.hint
    assert world.ews.left == []
    assert world.httpd.seen.count(SEND) == 1


def test_a_library_that_was_used_before_us_with_patience_does_not_repeat_our_sends(world: EwsWorld) -> None:
    world.reopen()
    config = exchangelib.Configuration(
        service_endpoint=world.settings.endpoint,
        credentials=exchangelib.Credentials(USER, PASSWORD),
        auth_type=exchangelib.BASIC,
        retry_policy=exchangelib.FaultTolerance(max_wait=5),
        max_connections=4,
    )
    exchangelib.Account(MAILBOX, config=config, access_type=exchangelib.DELEGATE)
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(Fault(SEND, after=True, answer=Answer(503)))
    with pytest.raises(MaybeSent):
        world.sender.release(ready)
    assert world.httpd.seen.count(SEND) == 1


def test_a_draft_that_a_person_changed_is_not_sent(world: EwsWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.ews.in_folder("drafts")[0].key = "edited"
    with pytest.raises(NotSent):
        world.sender.release(ready)
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))
    assert len(world.ews.left) == 1
    assert world.drafts() == []


def test_a_sent_mail_that_the_server_leaves_in_drafts_is_put_into_sent_items(
    world: EwsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ews.leaves_drafts = True
    ready = with_ref(world.sender, staged(1))
    world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.UNKNOWN
    monkeypatch.setattr(ews_module, "TIDY_AFTER", 0.0)
    assert fetched(world) == []
    assert world.drafts() == []
    assert world.sender.probe(ready) is Probe.SENT


def test_sent_items_that_lag_behind_prove_nothing_yet(world: EwsWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.sender.release(ready)
    world.ews.sent_lag = True
    assert world.sender.probe(ready) is Probe.UNKNOWN
    world.ews.sent_lag = False
    assert world.sender.probe(ready) is Probe.SENT


def test_outlooks_property_is_set_where_the_header_asks_for_it(world: EwsWorld) -> None:
    quiet = staged(1).model_copy(update={"mail": b"X-Auto-Response-Suppress: OOF, AutoReply\r\n" + staged(1).mail})
    world.sender.stage(quiet)
    assert world.ews.in_folder("drafts")[0].properties["0x3fdf"] == "48"


# ---------------------------------------------------------------------------------------------- log-in and limits


def test_a_wrong_password_is_tried_three_times_and_then_rests(world: EwsWorld) -> None:
    right = world.settings
    world.settings = replace(right, password="wrong")
    for _ in range(6):
        world.reopen()
        with pytest.raises(LoginFailed):
            fetched(world)
    assert world.ews.attempts == 3
    world.settings = right
    world.reopen()
    assert fetched(world) == []


def test_a_server_that_is_busy_is_left_alone_as_long_as_it_asks(world: EwsWorld) -> None:
    assert fetched(world) == []
    world.httpd.faults.append(Fault("SyncFolderItems", answer=busy(120_000)))
    with pytest.raises(Throttled) as told:
        fetched(world)
    assert told.value.retry_after == 120
    world.httpd.seen.clear()
    with pytest.raises(Throttled):
        fetched(world)
    assert world.httpd.seen == []


READ = [
    (Answer(403), "no-rights"),
    (Answer(404), "no-ews"),
    (Answer(500, b"oops"), "fault"),
    (Answer(200, b"<html>Sign in</html>"), "odd-answer"),
    (response("SyncFolderItems", "", "ErrorAccessDenied"), "no-rights"),
    (response("SyncFolderItems", "", "ErrorNonExistentMailbox"), "no-mailbox"),
]


@pytest.mark.parametrize(("answer", "code"), READ, ids=range(len(READ)))
def test_each_fault_of_reading_has_a_sentence(world: EwsWorld, answer: Answer, code: str) -> None:
    world.arrive(mail(1))
    world.httpd.faults.append(Fault("SyncFolderItems", answer=answer))
    with pytest.raises((Unavailable, LoginFailed)) as told:
        fetched(world)
    assert told.value.code == code
    assert told.value.hint
    assert fetched(world) == [mail(1)]


def test_exchange_online_that_refuses_ews_points_to_graph(world: EwsWorld) -> None:
    world.mailbox._session.host = "outlook.office365.com"
    world.httpd.faults.append(Fault("", answer=Answer(403)))
    with pytest.raises(LoginFailed) as told:
        fetched(world)
    assert told.value.code == "ews-switched-off"
    assert "graph" in told.value.hint


def test_an_expired_or_foreign_certificate_is_told_apart(world: EwsWorld, tmp_path: Path) -> None:
    world.httpd.context = world.authority.server(days=-10)
    with pytest.raises(Unavailable) as expired:
        fetched(world)
    other = tmp_path / "other"
    other.mkdir()
    world.settings = replace(world.settings, ca_file=Authority(other).ca_file)
    world.httpd.context = world.authority.server()
    world.reopen()
    with pytest.raises(Unavailable) as foreign:
        fetched(world)
    assert (expired.value.code, foreign.value.code) == ("certificate-expired", "certificate-unknown")


def test_check_says_what_is_there(world: EwsWorld) -> None:
    world.arrive(mail(1))
    lines = world.mailbox.check()
    assert all(line.ok for line in lines), lines
    assert {line.topic for line in lines} >= {"certificate", "mailbox", "server", "folder", "newest mail", "limits"}
    says = {line.topic: f"{line.says} {line.todo}" for line in lines}
    assert "days ago (2025-08-05 10:00 UTC)" in says["newest mail"]
    assert '"Please give COUNCIL\\svc-bulletin Full Access to' in says["rights"]


def test_check_says_which_right_is_missing_and_whom_to_ask_for_it(world: EwsWorld) -> None:
    world.ews.missing_rights = {"Delete"}
    (line,) = [line for line in world.mailbox.check() if line.topic == "rights"]
    assert not line.ok
    assert "no right to delete" in line.says
    assert "Ask the Exchange administrator" in line.todo


def test_a_mail_that_vanishes_between_listing_and_reading_shifts_no_header(world: EwsWorld) -> None:
    for number in (1, 2, 3):
        world.arrive(f"Received: from wire{number} by mx;\r\n".encode() + mail(number))
    (first, _, last) = world.ews.in_folder("inbox")
    original = world.ews.log["F-inbox"].copy()
    world.ews.remove(world.ews.in_folder("inbox")[1])
    world.ews.log["F-inbox"] = original  # the list still names it
    world.ews._change = lambda folder, ref, there: (  # type: ignore[method-assign]
        f'<t:Create><t:Message><t:ItemId Id="{ref}" ChangeKey="1"/></t:Message></t:Create>'
    )
    got = {mail.ref: mail.raw for mail in world.mailbox.fetch_new(nothing_known, 10)}
    assert set(got) == {first.id, last.id}
    assert got[first.id].startswith(b"Received: from wire1")
    assert got[last.id].startswith(b"Received: from wire3")


@pytest.mark.parametrize("access", ["impersonation", "delegate"])
def test_every_request_about_the_mailbox_impersonates_it_or_none_does(world: EwsWorld, access: str) -> None:
    """All but ConvertId, by which the library asks for the server's version before it knows the mailbox."""
    asked: dict[str, set[str]] = {}
    answer = world.ews.answer

    def listening(method: str, path: str, given: dict[str, str], body: bytes) -> Answer:
        if "authorization" in given and method == "POST":
            named = re.search(rb"<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>([^<]*)<", body)
            asked.setdefault(world.ews.operation(method, path, body), set()).add(named[1].decode() if named else "")
        return answer(method, path, given, body)

    world.ews.answer = listening  # type: ignore[method-assign]
    world.settings = replace(world.settings, access=access)
    world.reopen()
    world.arrive(mail(1))
    (got,) = world.mailbox.fetch_new(nothing_known, 10)
    world.mailbox.acknowledge(got.ref, Place.PROCESSED)
    world.sender.stage(staged(1))
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))  # the older draft is deleted
    assert world.sender.probe(staged(1)) is Probe.SENT
    assert all(line.ok for line in world.mailbox.check())
    assert asked.pop("ConvertId") == {""}
    assert asked.keys() == {"GetFolder", "SyncFolderItems", "GetItem", "GetItem of MIME", "UpdateItem", "FindFolder",
                            "CreateFolder", "MoveItem", "FindItem", "CreateItem", "DeleteItem", "SendItem"}  # fmt: skip
    assert set.union(*asked.values()) == {MAILBOX if access == "impersonation" else ""}


def test_a_503_that_says_how_long_is_waited_for(world: EwsWorld) -> None:
    world.httpd.faults.append(Fault("SyncFolderItems", answer=Answer(503, b"", {"Retry-After": "90"})))
    with pytest.raises(Throttled) as told:
        fetched(world)
    assert told.value.retry_after == 90
