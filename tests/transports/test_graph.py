"""Exchange Online by Graph: the contract, and what only Graph has (delta links, immutable ids, MIME drafts)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509

from bot.errors import ConfigError, LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.ports import Place, Probe
from bot.transports.limits import Throttled
from bot.transports.oauth import OauthSettings
from bot.transports.statefile import StateFile
from tests.transports.certs import Authority
from tests.transports.contract import TransportContract, mail, nothing_known, staged, with_ref
from tests.transports.fake_graph import SECRET, error
from tests.transports.httpd import Answer, Fault
from tests.transports.worlds import GraphWorld


@pytest.fixture
def world(authority: Authority, tmp_path: Path) -> Iterator[GraphWorld]:
    made = GraphWorld(authority, tmp_path)
    yield made
    made.close()


class TestContract(TransportContract):
    """Everything that every transport does."""


def fetched(world: GraphWorld, known: Callable[[str], bool] = nothing_known) -> list[bytes]:
    return [got.raw for got in world.mailbox.fetch_new(known, 100)]


# ----------------------------------------------------------------------------------------------------- reading


def test_only_changes_are_asked_for_once_everything_is_known(world: GraphWorld) -> None:
    for number in range(5):
        world.arrive(mail(number))
    known = {got.ref for got in world.mailbox.fetch_new(nothing_known, 100)}
    assert list(world.mailbox.fetch_new(known.__contains__, 100)) == []
    world.reopen()
    world.httpd.seen.clear()
    assert list(world.mailbox.fetch_new(known.__contains__, 100)) == []
    assert sum("inbox/messages/delta" in seen for seen in world.httpd.seen) == 1
    world.arrive(mail(9))
    assert fetched(world, known.__contains__) == [mail(9)]


def test_a_delta_link_is_not_kept_while_a_mail_before_it_is_unknown(world: GraphWorld) -> None:
    world.arrive(mail(1))
    assert len(fetched(world)) == 1  # given, but a crash comes before the store has it
    assert fetched(world) == [mail(1)]
    world.reopen()
    assert fetched(world) == [mail(1)]


def test_a_lost_delta_link_gives_the_whole_list_again(world: GraphWorld) -> None:
    world.arrive(mail(1))
    known = {got.ref for got in world.mailbox.fetch_new(nothing_known, 100)}
    assert fetched(world, known.__contains__) == []
    world.graph.generation += 1
    world.arrive(mail(2))
    assert fetched(world, known.__contains__) == [mail(2)]


def test_a_garbled_state_file_is_only_lost_time(world: GraphWorld) -> None:
    world.arrive(mail(1))
    known = {got.ref for got in world.mailbox.fetch_new(nothing_known, 100)}
    assert fetched(world, known.__contains__) == []
    world.state.write_bytes(b'{"inbox.cursor": "https://elsewhere.example/steal"')
    world.reopen()
    world.arrive(mail(2))
    assert fetched(world, known.__contains__) == [mail(2)]


def test_a_link_to_another_server_is_not_followed(world: GraphWorld) -> None:
    StateFile(world.state).put(**{"inbox.cursor": "https://elsewhere.example/steal", "inbox.whole": 9e12})
    world.state.write_text(world.state.read_text().replace("9000000000000.0", "1"))
    world.reopen()
    world.mailbox._pending["inbox"]._clock = lambda: 2.0
    with pytest.raises(Unavailable) as told:
        fetched(world)
    assert told.value.code == "link"


def test_a_mail_keeps_its_id_when_it_is_filed(world: GraphWorld) -> None:
    world.arrive(mail(1))
    (got,) = world.mailbox.fetch_new(nothing_known, 1)
    world.mailbox.acknowledge(got.ref, Place.HELD)
    assert [message.id for message in world.graph.in_folder("Held")] == [got.ref]


def test_a_mail_that_a_person_filed_elsewhere_stays_there(world: GraphWorld) -> None:
    world.arrive(mail(1))
    (got,) = world.mailbox.fetch_new(nothing_known, 1)
    world.graph.folders["FLD-legal"] = "Legal"
    world.graph.messages[got.ref].folder = "FLD-legal"
    world.mailbox.acknowledge(got.ref, Place.PROCESSED)
    assert len(world.graph.in_folder("Legal")) == 1


def test_a_folder_that_a_person_deleted_is_made_again(world: GraphWorld) -> None:
    for number in (1, 2):
        world.arrive(mail(number))
    first, second = [got.ref for got in world.mailbox.fetch_new(nothing_known, 2)]
    world.mailbox.acknowledge(first, Place.PROCESSED)
    world.graph.folders = {ref: name for ref, name in world.graph.folders.items() if name != "Processed"}
    world.mailbox.acknowledge(second, Place.PROCESSED)
    assert world.filed(Place.PROCESSED) == [mail(2)]


def test_what_came_over_the_wire_is_put_above_a_rebuilt_body(world: GraphWorld) -> None:
    record = [
        {"name": "Received", "value": "from edge.example by mx.council.example.org; Tue, 5 Aug 2025 10:00:00 +0100"},
        {"name": "X-MS-Exchange-Organization-AuthAs", "value": "Internal\r\nX-Injected: 1"},
        {"name": "From", "value": "lead1@council.example.org"},
        {"name": "Auto-Submitted", "value": "auto-replied"},
        {"name": "Content-Type", "value": "text/html"},
    ]
    world.graph.arrive(mail(1), headers=record)
    (raw,) = fetched(world)
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0].startswith(b"Received: from edge.example")
    assert lines[1] == b"X-MS-Exchange-Organization-AuthAs: Internal X-Injected: 1"
    assert b"Auto-Submitted: auto-replied" in lines
    assert b"Content-Type: text/plain; charset=utf-8" in lines
    assert head.count(b"From:") == 1
    assert body == b"Hello 1\r\n"


def test_one_mail_that_the_server_does_not_give_out_stops_no_other(world: GraphWorld) -> None:
    for number in (1, 2, 3):
        world.arrive(mail(number))
    poison = world.graph.in_folder("inbox")[1].id
    world.httpd.faults.append(
        Fault(f"{poison}/$value", answer=error(400, "ErrorMimeContentConversionFailed"), times=99)
    )
    assert fetched(world) == [mail(1), mail(3)]
    assert [problem.code for problem in world.mailbox.problems] == ["mail-unreadable"]
    assert world.mailbox.read_all  # the whole list was asked for: what is not named here could be read


def test_half_a_mail_is_no_mail(world: GraphWorld) -> None:
    world.arrive(mail(1, "long " * 1000))
    world.httpd.faults.append(Fault("/$value", half=True))
    with pytest.raises(Unavailable):
        fetched(world)
    assert fetched(world) == [mail(1, "long " * 1000)]


# ----------------------------------------------------------------------------------------------------- sending

SEND = "/send"
AFTER = [
    Fault(SEND, after=True),
    Fault(SEND, after=True, answer=Answer(503, b"", {"Retry-After": "1"})),
    Fault(SEND, after=True, answer=error(504, "UnknownError")),
    Fault(SEND, after=True, answer=error(500, "generalException")),
    Fault(SEND, half=True),
    Fault(SEND, after=True, answer=Answer(502, b"<html>proxy</html>")),
]
BEFORE = [
    (Fault(SEND), MaybeSent),
    (Fault(SEND, answer=error(401, "InvalidAuthenticationToken")), NotSent),
    (Fault(SEND, answer=error(403, "ErrorAccessDenied")), LoginFailed),
    (Fault(SEND, answer=error(404, "ErrorItemNotFound")), MaybeSent),
    (Fault(SEND, answer=error(413, "RequestEntityTooLarge")), Refused),
    (Fault(SEND, answer=error(400, "ErrorInvalidRecipients")), Refused),
    (Fault(SEND, answer=error(429, "TooManyRequests", **{"Retry-After": "1"})), Throttled),
    (Fault(SEND, answer=error(503, "ServiceUnavailable")), MaybeSent),
    (Fault(SEND, answer=error(507, "ErrorQuotaExceeded")), Unavailable),
    (Fault(SEND, answer=Answer(302, b"", {"Location": "https://portal.example/"})), NotSent),
]


@pytest.mark.parametrize("fault", AFTER, ids=range(len(AFTER)))
def test_a_mail_that_was_accepted_before_the_fault_never_leaves_twice(world: GraphWorld, fault: Fault) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(replace(fault))
    try:
        world.sender.release(ready)
    except MaybeSent:
        assert world.sender.probe(ready) is Probe.SENT
    assert len(world.graph.left) == 1
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))  # even if somebody asked for it again
    assert len(world.graph.left) == 1


@pytest.mark.parametrize(("fault", "told"), BEFORE, ids=range(len(BEFORE)))
def test_each_fault_before_acceptance_says_what_is_certain(
    world: GraphWorld, fault: Fault, told: type[TransportError]
) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(replace(fault))
    with pytest.raises(told) as error_info:
        world.sender.release(ready)
    assert error_info.value.message.endswith(".")
    assert error_info.value.hint
    assert world.graph.left == []
    assert sum(seen.endswith(SEND) for seen in world.httpd.seen) == 1


def test_202_with_retry_after_is_a_success(world: GraphWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(Fault(SEND, after=True, answer=Answer(202, b"", {"Retry-After": "30"})))
    world.sender.release(ready)
    assert len(world.graph.left) == 1


def test_a_draft_that_the_server_left_behind_proves_nothing(world: GraphWorld) -> None:
    world.graph.leaves_drafts = True
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(Fault(SEND, after=True))
    with pytest.raises(MaybeSent):
        world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.UNKNOWN


def test_sent_items_that_lag_behind_prove_nothing_yet(world: GraphWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.sender.release(ready)
    world.graph.sent_lag = True
    assert world.sender.probe(ready) is Probe.UNKNOWN
    world.graph.sent_lag = False
    assert world.sender.probe(ready) is Probe.SENT


def test_a_stranger_cannot_forge_the_proof(world: GraphWorld) -> None:
    world.arrive(staged(1).mail)  # our Message-ID, but in the inbox
    ready = with_ref(world.sender, staged(1))
    assert world.sender.probe(ready) is Probe.UNKNOWN
    world.sender.release(ready)
    assert len(world.graph.left) == 1


def test_a_mail_too_large_for_graph_is_refused_before_it_starts(world: GraphWorld) -> None:
    big = staged(1, "x" * 3_100_000)
    world.httpd.seen.clear()
    with pytest.raises(Refused) as told:
        world.sender.stage(big)
    assert "3.1 MB" in told.value.message
    assert world.httpd.seen == []


def test_a_mail_that_names_others_is_refused(world: GraphWorld) -> None:
    odd = staged(1).model_copy(update={"mail": staged(1).mail.replace(b"To: ", b"Cc: b@district.example\r\nTo: ")})
    with pytest.raises(Refused):
        world.sender.stage(odd)
    assert world.drafts() == []


def test_a_mail_that_names_nobody_gets_its_recipient_as_bcc(world: GraphWorld) -> None:
    hidden = staged(1).model_copy(update={"mail": staged(1).mail.replace(b"To: csm1@district.example\r\n", b"")})
    world.sender.stage(hidden)
    assert world.drafts()[0].startswith(b"Bcc: csm1@district.example\r\nFrom:")


def test_outlooks_property_stands_in_for_the_header_that_is_dropped(world: GraphWorld) -> None:
    quiet = staged(1).model_copy(update={"mail": b"X-Auto-Response-Suppress: OOF, AutoReply\r\n" + staged(1).mail})
    world.sender.stage(quiet)
    assert world.graph.in_folder("drafts")[0].properties == [{"id": "Integer 0x3FDF", "value": "48"}]


# ---------------------------------------------------------------------------------------------- log-in and limits


def test_a_token_that_ended_is_renewed_for_reading(world: GraphWorld) -> None:
    world.arrive(mail(1))
    assert len(fetched(world)) == 1
    world.graph.tokens.clear()
    assert fetched(world) == [mail(1)]


def test_a_wrong_secret_is_tried_three_times_and_then_rests(world: GraphWorld) -> None:
    wrong = replace(world.settings.oauth, client_secret="wrong")
    world.settings = replace(world.settings, oauth=wrong)
    for _ in range(6):
        world.reopen()
        with pytest.raises(LoginFailed):
            fetched(world)
    assert world.graph.token_requests == 3
    world.settings = replace(world.settings, oauth=replace(wrong, client_secret=SECRET))
    world.reopen()
    assert fetched(world) == []


def with_certificate(world: GraphWorld, days: int = 365) -> OauthSettings:
    """The app registration with a certificate in place of the secret."""
    cert, key = world.authority.files(days, "bot.example.org", with_rsa=True)
    world.graph.certificate = x509.load_pem_x509_certificate(cert.read_bytes())
    return replace(world.settings.oauth, client_secret="", certificate=key.read_text() + cert.read_text())


def test_a_certificate_logs_in_as_well_as_a_secret(world: GraphWorld) -> None:
    world.settings = replace(world.settings, oauth=with_certificate(world))
    world.reopen()
    world.arrive(mail(1))
    assert fetched(world) == [mail(1)]


def test_a_certificate_that_cannot_be_read_is_a_fault_of_configuration(world: GraphWorld) -> None:
    cert, key = world.authority.files(host="bot.example.org")  # not RSA, which is all that Entra takes
    for pem in ("-----BEGIN PRIVATE KEY-----\nnonsense\n", cert.read_text(), key.read_text() + cert.read_text()):
        oauth = replace(world.settings.oauth, client_secret="", certificate=pem)
        world.settings = replace(world.settings, oauth=oauth)
        world.reopen()
        with pytest.raises(ConfigError) as told:
            fetched(world)
        assert told.value.code == "oauth-certificate"


def test_a_server_that_asks_to_wait_is_left_alone(world: GraphWorld) -> None:
    world.httpd.faults.append(Fault("delta", answer=error(429, "TooManyRequests", **{"Retry-After": "120"})))
    with pytest.raises(Throttled) as told:
        fetched(world)
    assert told.value.retry_after == 120
    assert "2 minutes" in told.value.hint
    world.httpd.seen.clear()
    with pytest.raises(Throttled):
        fetched(world)
    assert world.httpd.seen == []


def test_the_pace_of_sending_holds(world: GraphWorld) -> None:
    world.settings = replace(world.settings, per_minute=2)
    world.reopen()
    for number in (1, 2):
        world.sender.release(with_ref(world.sender, staged(number)))
    with pytest.raises(Throttled):
        world.sender.stage(staged(3))
    assert len(world.graph.left) == 2
    assert world.drafts() == []


def test_an_expired_or_foreign_certificate_is_told_apart(world: GraphWorld, tmp_path: Path) -> None:
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


RIGHTS = [
    (error(403, "ErrorAccessDenied"), "no-rights"),
    (error(403, "Authorization_RequestDenied"), "no-consent"),
    (error(404, "ErrorInvalidUser"), "no-mailbox"),
]


@pytest.mark.parametrize(("answer", "code"), RIGHTS, ids=[code for _, code in RIGHTS])
def test_the_usual_mistakes_of_set_up_have_a_hint(world: GraphWorld, answer: Answer, code: str) -> None:
    world.httpd.faults.append(Fault("delta", answer=answer))
    with pytest.raises(LoginFailed) as told:
        fetched(world)
    assert told.value.code == code
    assert told.value.hint


def test_check_says_what_is_there(world: GraphWorld) -> None:
    world.arrive(mail(1))
    lines = world.mailbox.check()
    assert all(line.ok for line in lines), lines
    assert {line.topic for line in lines} >= {"log-in", "mailbox", "folder", "newest mail", "limits", "clock"}
    assert any("364 more days" in line.says or "365 more days" in line.says for line in lines)


def test_check_warns_before_the_apps_own_certificate_ends(world: GraphWorld) -> None:
    world.settings = replace(world.settings, oauth=with_certificate(world, days=20))
    world.reopen()
    found = [line for line in world.mailbox.check() if "of the app" in line.says]
    assert [line.ok for line in found] == [False]
    assert "upload it" in found[0].todo


def test_check_with_a_wrong_secret_says_what_to_do(world: GraphWorld) -> None:
    world.settings = replace(world.settings, oauth=replace(world.settings.oauth, client_secret="wrong"))
    world.reopen()
    (line,) = world.mailbox.check()
    assert not line.ok
    assert "client secret" in line.todo


ODD = [b'{"value": {"a": 1}}', b'{"value": ["text", 5, null]}', b'{"value": [{"id": 7}, {"isDraft": 3}]}', b"[]", b"{}"]


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_an_odd_answer_is_never_a_crash_and_never_a_proof(world: GraphWorld, body: bytes) -> None:
    world.httpd.faults.append(Fault("GET /v1.0", answer=Answer(200, body), times=99))
    with suppress(Unavailable):
        assert fetched(world) == []
    with suppress(Unavailable):
        assert world.sender.probe(staged(1)) is Probe.UNKNOWN
    with suppress(Unavailable):
        world.mailbox.acknowledge("MSG-1", Place.PROCESSED)
    assert world.graph.left == []


def test_a_503_that_says_how_long_is_waited_for(world: GraphWorld) -> None:
    world.httpd.faults.append(Fault("delta", answer=error(503, "ServiceUnavailable", **{"Retry-After": "90"})))
    with pytest.raises(Throttled) as told:
        fetched(world)
    assert told.value.retry_after == 90


def test_the_token_is_asked_for_the_cloud_that_the_endpoint_is_in(world: GraphWorld) -> None:
    asked: list[bytes] = []
    answer = world.graph.answer

    def listening(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked.append(body)
        return answer(method, path, headers, body)

    world.graph.answer = listening  # type: ignore[method-assign]
    assert fetched(world) == []
    scopes = [body for body in asked if b"scope=" in body]
    assert len(scopes) == 1
    assert f"scope=https%3A%2F%2Flocalhost%3A{world.httpd.port}%2F.default".encode() in scopes[0]


def test_threads_that_use_one_mailbox_make_one_request_at_a_time(world: GraphWorld) -> None:
    """Exchange Online takes four at once for a mailbox and refuses the fifth."""
    at_once, most = [0], [0]
    serve = world.httpd.serve

    def watched(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        try:
            serve(handler, body)
        finally:
            at_once[0] -= 1

    world.httpd.serve = watched  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: world.sender.probe(staged(number)), range(24)))
    assert set(answers) == {Probe.UNKNOWN}
    assert 1 <= most[0] <= 4
