"""IMAP and SMTP against a real Dovecot: the contract, and what only IMAP has."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import jwt
import pytest
from imapclient import IMAPClient

from bot.errors import LoginFailed, MaybeSent, Unavailable
from bot.ports import Place, Probe
from bot.transports.oauth import OauthSettings
from tests.transports import dovecot
from tests.transports.certs import Authority
from tests.transports.contract import TransportContract, mail, nothing_known, staged, with_ref
from tests.transports.dovecot import Dovecot
from tests.transports.fake_graph import CLIENT, SECRET, TENANT, FakeGraph
from tests.transports.httpd import Httpd
from tests.transports.imap_world import ImapWorld, Servers
from tests.transports.interruptions import assert_nothing_lost_nothing_twice, play
from tests.transports.smtpd import Step

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.skipif(not dovecot.installed(), reason="Dovecot 2.3 (Debian package dovecot-imapd) is not installed"),
]


@pytest.fixture
def world(servers: Servers, tmp_path: Path) -> Iterator[ImapWorld]:
    made = ImapWorld(servers, tmp_path, servers.modern)
    yield made
    made.close()


class TestContract(TransportContract):
    """Everything that every transport does, with a server that has MOVE."""


class TestContractWithoutMove(TransportContract):
    """The same with a server that can only copy and expunge."""

    @pytest.fixture
    def world(self, servers: Servers, tmp_path: Path) -> Iterator[ImapWorld]:
        made = ImapWorld(servers, tmp_path, servers.old)
        yield made
        made.close()

    def test_what_people_marked_as_deleted_is_theirs(self, world: ImapWorld) -> None:
        for number in (1, 2):
            world.arrive(mail(number))
        refs = [got.ref for got in world.mailbox.fetch_new(nothing_known, 2)]
        world.client.select_folder("INBOX")
        world.client.delete_messages(world.client.search("ALL")[1:])
        world.mailbox.acknowledge(refs[0], Place.PROCESSED)
        world.client.select_folder("INBOX")
        assert len(world.client.search("DELETED")) == 1
        assert world.filed(Place.PROCESSED) == [mail(1)]

    def test_an_interrupted_move_leaves_no_second_copy(self, world: ImapWorld) -> None:
        world.arrive(mail(1))
        (got,) = world.mailbox.fetch_new(nothing_known, 1)
        world.client.create_folder("Processed")
        world.client.select_folder("INBOX")
        world.client.copy(world.client.search("ALL"), "Processed")  # and then the line broke
        world.mailbox.acknowledge(got.ref, Place.PROCESSED)
        assert world.filed(Place.PROCESSED) == [mail(1)]
        assert world.inbox() == []


# ----------------------------------------------------------------------------------------------------- reading


def fetched(world: ImapWorld) -> list[bytes]:
    return [got.raw for got in world.mailbox.fetch_new(nothing_known, 100)]


def test_reading_leaves_no_trace(world: ImapWorld) -> None:
    world.arrive(mail(1))
    world.client.select_folder("INBOX", readonly=True)
    before = world.client.get_flags([1])
    assert len(fetched(world)) == 1
    world.client.select_folder("INBOX", readonly=True)
    assert world.client.get_flags([1]) == before


def test_odd_bytes_come_back_as_they_are(world: ImapWorld) -> None:
    odd = b"Subject: \xff\xfe\r\nX-Empty:\r\n\r\nbare \x01 control \xc3 and a very long line " + b"y" * 20_000 + b"\r\n"
    world.arrive(odd)
    assert fetched(world) == [odd]


def test_a_new_uidvalidity_gives_everything_again_under_new_names(world: ImapWorld) -> None:
    world.arrive(mail(1))
    (first,) = world.mailbox.fetch_new(nothing_known, 1)
    assert list(world.mailbox.fetch_new({first.ref}.__contains__, 1)) == []
    inbox = world.dovecot.folder / "mail" / world.user
    time.sleep(1.1)  # Dovecot numbers by the second: within the same one the number would be the old one
    for index in inbox.glob("dovecot*"):
        with suppress(IsADirectoryError):
            index.unlink()
    uidlist = inbox / "dovecot-uidlist"
    assert not uidlist.exists()
    world.client.logout()
    world.client = IMAPClient("127.0.0.1", world.dovecot.port, ssl=False)
    world.client.login(world.user, dovecot.PASSWORD)
    again = first
    for _ in range(2):  # under an open folder the server says no first
        with suppress(Unavailable):
            (again,) = world.mailbox.fetch_new({first.ref}.__contains__, 1)
    assert again.raw == first.raw
    assert again.ref != first.ref
    world.mailbox.acknowledge(first.ref, Place.HELD)  # the old name hits nobody
    assert world.inbox() == [mail(1)]


def test_a_line_that_breaks_inside_a_mail_loses_nothing(world: ImapWorld) -> None:
    world.arrive(mail(1, "long " * 100_000))
    world.imap_line.cut_after = 100_000
    got = []
    for _ in range(2):
        with suppress(Unavailable):
            got = fetched(world)
    assert got == [mail(1, "long " * 100_000)]


def test_a_line_that_died_while_nobody_looked_is_opened_again(world: ImapWorld) -> None:
    assert fetched(world) == []
    with world.away():
        pass
    world.arrive(mail(1))
    assert fetched(world) == [mail(1)]


def test_a_folder_that_a_person_deleted_is_made_again(world: ImapWorld) -> None:
    for number in (1, 2):
        world.arrive(mail(number))
    first, second = [got.ref for got in world.mailbox.fetch_new(nothing_known, 2)]
    world.mailbox.acknowledge(first, Place.PROCESSED)
    world.client.delete_folder("Processed")
    world.mailbox.acknowledge(second, Place.PROCESSED)
    assert world.filed(Place.PROCESSED) == [mail(2)]


# ----------------------------------------------------------------------------------------------------- sending


def test_what_was_sent_stands_in_sent_and_is_read(world: ImapWorld) -> None:
    world.sender.release(with_ref(world.sender, staged(1)))
    assert world.in_folder("Sent") == [staged(1).mail]
    world.client.select_folder("Sent", readonly=True)
    assert world.client.search("UNSEEN") == []


def test_a_server_that_keeps_its_own_copy_gets_none_from_us(world: ImapWorld) -> None:
    world.settings = replace(world.settings, sent_copy="server")
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))
    assert world.in_folder("Sent") == []


def test_no_answer_after_the_dot_is_never_answered_with_a_second_copy(world: ImapWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.servers.smtpd.faults.append(Step("after"))
    with pytest.raises(MaybeSent):
        world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.UNKNOWN
    assert len(world.sent()) == 1


def test_what_stands_in_sent_does_not_leave_again(world: ImapWorld) -> None:
    world.sender.release(with_ref(world.sender, staged(1)))
    world.reopen()
    world.sender.release(with_ref(world.sender, staged(1)))
    assert len(world.sent()) == 1


def test_a_mail_server_that_is_away_after_the_sending_gets_the_copy_later(world: ImapWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    with world.imap_line.away():
        world.sender.release(ready)
    assert len(world.sent()) == 1
    assert fetched(world) == []
    assert world.in_folder("Sent") == [staged(1).mail]
    assert world.sender.probe(ready) is Probe.SENT


# ------------------------------------------------------------------------------------------------------- log-in


def test_starttls(world: ImapWorld) -> None:
    line = replace(world.settings.imap, port=world.dovecot.port, security="starttls")
    world.settings = replace(world.settings, imap=line)
    world.reopen()
    world.arrive(mail(1))
    assert fetched(world) == [mail(1)]


def test_a_wrong_password_rests_after_three_attempts(world: ImapWorld) -> None:
    world.settings = replace(world.settings, imap=replace(world.settings.imap, password="wrong"))
    codes = []
    for _ in range(5):
        world.reopen()
        with pytest.raises(LoginFailed) as told:
            fetched(world)
        codes.append(told.value.code)
    assert codes == ["login-refused"] * 3 + ["login-paused"] * 2


def test_tokens_in_place_of_passwords(world: ImapWorld, servers: Servers) -> None:
    service = FakeGraph()
    token = jwt.encode({"sub": world.user, "exp": 4_000_000_000, "iat": 1_700_000_000}, dovecot.KEY, algorithm="HS256")
    service.mint = lambda: token
    httpd = Httpd(service, servers.authority.server())
    service.url = httpd.url
    servers.smtpd.token_ok = token
    oauth = OauthSettings(tenant_id=TENANT, client_id=CLIENT, client_secret=SECRET, authority=httpd.url)
    world.settings = replace(world.settings, oauth=oauth)
    world.reopen()
    world.arrive(mail(1))
    assert fetched(world) == [mail(1)]
    world.sender.release(with_ref(world.sender, staged(1)))
    assert len(world.sent()) == 1
    service.mint = lambda: token[:-4] + "AAAA"
    world.reopen()
    with pytest.raises(LoginFailed):
        fetched(world)
    httpd.stop()


def test_check_says_what_is_there(world: ImapWorld) -> None:
    world.arrive(mail(1))
    lines = world.mailbox.check()
    assert all(line.ok for line in lines), lines
    assert {line.topic for line in lines} >= {"mailbox", "folder", "server", "newest mail", "outgoing", "certificate"}


def test_check_with_servers_that_are_away_says_so(world: ImapWorld) -> None:
    with world.away():
        lines = world.mailbox.check()
    assert [line.ok for line in lines if line.topic in ("mailbox", "outgoing", "certificate")] == [False, False, False]


def test_dovecot_leaves_nothing_behind(authority: Authority) -> None:
    made = Dovecot(authority)
    made.stop()
    assert not made.folder.exists()
    assert shutil.which("setpriv")


@pytest.mark.slow
@pytest.mark.parametrize("start", range(5))
def test_a_line_cut_anywhere_loses_and_doubles_nothing(servers: Servers, tmp_path: Path, start: int) -> None:
    for cut in range(400 + 300 * start, 9_000, 1_500):
        place = tmp_path / str(cut)
        place.mkdir()
        world = ImapWorld(servers, place, servers.modern)
        world.imap_line.cut_after = cut
        world.smtp_line.cut_after = cut // 3
        service = play(world, ticks=5)
        assert_nothing_lost_nothing_twice(world, service)
        world.close()
