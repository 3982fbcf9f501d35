"""What servers other than our fakes were seen to do: EWS and Graph do not hang on the habits of one server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import LoginFailed, Refused, Unavailable
from bot.ports import Place, Probe
from bot.transports.limits import Throttled
from tests.transports.certs import Authority
from tests.transports.contract import mail, nothing_known, staged, with_ref
from tests.transports.fake_ews import MAILBOX, PASSWORD, USER, response
from tests.transports.fake_graph import error
from tests.transports.httpd import Answer, Fault
from tests.transports.worlds import EwsWorld, GraphWorld


@pytest.fixture
def graph(authority: Authority, tmp_path: Path) -> Iterator[GraphWorld]:
    made = GraphWorld(authority, tmp_path)
    yield made
    made.close()


@pytest.fixture
def ews(authority: Authority, tmp_path: Path) -> Iterator[EwsWorld]:
    made = EwsWorld(authority, tmp_path)
    yield made
    made.close()


def only_ref(world: GraphWorld | EwsWorld) -> str:
    (got,) = world.mailbox.fetch_new(nothing_known, 10)
    return got.ref


class TestReading:
    """A mail that is said not to be there."""

    @pytest.mark.parametrize(("match", "times"), [("/$value", 1), ("/$value", 2)])
    def test_a_mail_that_graph_does_not_find_yet_is_asked_for_again(
        self, graph: GraphWorld, match: str, times: int
    ) -> None:
        graph.arrive(mail(1))
        graph.httpd.faults.append(Fault(match, answer=error(404, "ErrorItemNotFound"), times=times))
        for _ in range(times):
            assert list(graph.mailbox.fetch_new(nothing_known, 10)) == []
        assert only_ref(graph)

    def test_a_mail_that_exchange_does_not_find_yet_is_asked_for_again(self, ews: EwsWorld) -> None:
        ews.arrive(mail(1))
        ews.httpd.faults.append(Fault("GetItem of MIME", answer=response("GetItem", "<m:Items/>", "ErrorItemNotFound")))
        assert list(ews.mailbox.fetch_new(nothing_known, 10)) == []
        assert only_ref(ews)

    def test_a_mail_that_is_gone_is_asked_for_three_times_and_no_more(self, graph: GraphWorld) -> None:
        graph.arrive(mail(1))
        graph.graph.messages.clear()  # and the list never says so
        graph.graph._change = lambda folder, ref, there: {"id": ref}  # type: ignore[method-assign]
        for _ in range(5):
            assert list(graph.mailbox.fetch_new(nothing_known, 10)) == []
        assert sum(seen.endswith("/$value") for seen in graph.httpd.seen) == 3


class TestFiling:
    """That a folder is not found must not be taken for a mail that is not found."""

    def test_a_mailbox_without_junk_files_its_mails(self, graph: GraphWorld) -> None:
        del graph.graph.folders["FLD-junkemail"]
        graph.arrive(mail(1))
        graph.mailbox.acknowledge(only_ref(graph), Place.PROCESSED)
        assert graph.filed(Place.PROCESSED) == [mail(1)]

    @pytest.mark.parametrize("match", ["/mailFolders/inbox", "GET /v1.0/users/" + MAILBOX + "/mailFolders"])
    @pytest.mark.parametrize("answer", [error(404, "ErrorItemNotFound"), Answer(200, b"{}")], ids=["404", "empty"])
    def test_a_folder_that_graph_does_not_find_leaves_the_mail_to_be_filed(
        self, graph: GraphWorld, match: str, answer: Answer
    ) -> None:
        graph.arrive(mail(1))
        ref = only_ref(graph)
        graph.httpd.faults.append(Fault(match, answer=answer))
        for _ in range(2):
            try:
                graph.mailbox.acknowledge(ref, Place.PROCESSED)
                break
            except Unavailable:
                assert graph.filed(Place.PROCESSED) == []
        assert graph.filed(Place.PROCESSED) == [mail(1)]

    @pytest.mark.parametrize("operation", ["FindFolder", "CreateFolder", "MoveItem"])
    def test_item_not_found_may_be_said_of_a_folder(self, ews: EwsWorld, operation: str) -> None:
        ews.arrive(mail(1))
        ref = only_ref(ews)
        ews.httpd.faults.append(Fault(operation, answer=response(operation, "", "ErrorItemNotFound")))
        ews.mailbox.acknowledge(ref, Place.PROCESSED)
        assert ews.filed(Place.PROCESSED) == [mail(1)]

    def test_a_server_that_gives_all_folders_is_read_with_care(self, ews: EwsWorld) -> None:
        ews.ews.ignores_folder_filters = True
        ews.arrive(mail(1))
        ews.mailbox.acknowledge(only_ref(ews), Place.PROCESSED)
        assert ews.filed(Place.PROCESSED) == [mail(1)]

    def test_a_folder_with_other_capitals_is_the_same_folder(self, ews: EwsWorld) -> None:
        ews.ews.folders["F-by-hand"] = ("PROCESSED", "F-msgfolderroot")
        ews.arrive(mail(1))
        ews.mailbox.acknowledge(only_ref(ews), Place.PROCESSED)
        assert [item.raw for item in ews.ews.in_folder("PROCESSED")] == [mail(1)]


class TestSending:
    """What is certain is said so, and no draft is left for a person to send by hand."""

    @pytest.mark.parametrize(
        ("answer", "told", "code"),
        [
            (error(507, "ErrorQuotaExceeded"), Unavailable, "mailbox-full"),
            (error(413, "ErrorMessageSizeExceeded"), Refused, "too-large"),
        ],
        ids=["full", "too large"],
    )
    def test_no_room_at_a_send_is_said_and_nothing_is_lost(
        self, graph: GraphWorld, answer: Answer, told: type[Exception], code: str
    ) -> None:
        ready = with_ref(graph.sender, staged(1))
        graph.httpd.faults.append(Fault("/send", answer=answer))
        with pytest.raises(told) as error_info:
            graph.sender.release(ready)
        assert getattr(error_info.value, "code", "") == code
        assert graph.sender.probe(ready) is Probe.UNKNOWN
        graph.sender.release(with_ref(graph.sender, staged(1)))  # when there is room, or an operator says: again
        assert (len(graph.graph.left), graph.drafts()) == (1, [])

    @pytest.mark.parametrize(
        "fault",
        [Fault("CreateItem", after=True), Fault("CreateItem", after=True, answer=Answer(503)),
         Fault("CreateItem", half=True)],
        ids=["dropped", "503", "half"],
    )  # fmt: skip
    def test_a_draft_whose_answer_was_lost_is_not_left_in_drafts(self, ews: EwsWorld, fault: Fault) -> None:
        ews.httpd.faults.append(fault)
        with pytest.raises(Unavailable):
            ews.sender.stage(staged(1))
        assert len(ews.drafts()) == 1
        ews.sender.release(with_ref(ews.sender, staged(1)))
        assert (len(ews.sent()), ews.drafts()) == (1, [])

    def test_too_many_connections_is_a_wait_and_no_doubt(self, ews: EwsWorld) -> None:
        ready = with_ref(ews.sender, staged(1))
        ews.httpd.faults.append(Fault("SendItem", answer=response("SendItem", "", "ErrorExceededConnectionCount")))
        with pytest.raises(Throttled):
            ews.sender.release(ready)
        assert ews.sent() == []


class BearerDoor:
    """Lets those in who bring a token of the log-in service; behind it stands the fake Exchange."""

    def __init__(self, ews: EwsWorld, graph: GraphWorld) -> None:
        self.ews, self.graph = ews.ews, graph.graph
        self.basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def operation(self, method: str, path: str, body: bytes) -> str:
        return self.ews.operation(method, path, body)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.graph.tokens:
            return Answer(401, b"", {"WWW-Authenticate": "Bearer"})
        return self.ews.answer(method, path, {**headers, "authorization": self.basic}, body)


def test_exchange_by_oauth_renews_a_token_that_ended(ews: EwsWorld, graph: GraphWorld) -> None:
    ews.httpd.app = BearerDoor(ews, graph)
    ews.settings = replace(ews.settings, auth="oauth", username="", password="", oauth=graph.settings.oauth)
    ews.reopen()
    ews.arrive(mail(1))
    ews.mailbox.acknowledge(only_ref(ews), Place.PROCESSED)
    ews.sender.release(with_ref(ews.sender, staged(1)))
    assert (len(ews.sent()), ews.filed(Place.PROCESSED)) == (1, [mail(1)])
    graph.graph.tokens.clear()
    with pytest.raises(Unavailable) as ended:
        list(ews.mailbox.fetch_new(nothing_known, 10))
    assert ended.value.code == "token-ended"
    assert list(ews.mailbox.fetch_new(nothing_known, 10)) == []
    ews.httpd.faults.append(Fault("", answer=Answer(401), times=2))
    for code, kind in (("token-ended", Unavailable), ("token-refused", LoginFailed)):
        with pytest.raises(kind) as told:
            list(ews.mailbox.fetch_new(nothing_known, 10))
        assert told.value.code == code


class TestLogIn:
    """Faults of the log-in service are no refusals: they neither pause the bot nor blame the secret."""

    @pytest.mark.parametrize("match", ["/openid-configuration", "/token"])
    @pytest.mark.parametrize(
        "answer",
        [
            Answer(500, b"<html>oops</html>"),
            Answer(503, b"", {"Retry-After": "1"}),
            Answer(302, b"", {"Location": "https://portal.example/"}),
            Answer(204),
            Answer(400, b'{"error": "temporarily_unavailable", "error_description": "AADSTS90033: A fault."}'),
        ],
        ids=["500", "503", "302", "204", "temporarily"],
    )
    def test_a_fault_of_the_log_in_service_is_a_sentence_and_heals(
        self, graph: GraphWorld, match: str, answer: Answer
    ) -> None:
        graph.arrive(mail(1))
        graph.httpd.faults.append(Fault(match, answer=answer, times=4))
        for _ in range(4):
            graph.reopen()
            with pytest.raises(Unavailable) as told:
                list(graph.mailbox.fetch_new(nothing_known, 10))
            assert told.value.code in ("fault", "bad-answer")
            assert told.value.message.startswith("The log-in service localhost ")
        graph.reopen()
        assert only_ref(graph)
