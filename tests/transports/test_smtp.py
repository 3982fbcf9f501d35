"""Sending by SMTP: at every step, what a failure means; and that nothing is sent twice or unprotected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.transports import tls
from bot.transports.limits import Throttled
from bot.transports.smtp_session import ServerSettings, SmtpSession, _dotted
from bot.transports.statefile import StateFile
from tests.transports.certs import Authority
from tests.transports.contract import staged
from tests.transports.smtpd import PASSWORD, USER, Smtpd, Step

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Post:
    """An outgoing server and our session with it."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.authority = authority
        self.state = folder / "smtp.state"
        self.smtpd = Smtpd(authority.server())
        self.server = ServerSettings("localhost", self.smtpd.port, "tls", USER, PASSWORD)
        self.reopen()

    def reopen(self) -> None:
        self.session = SmtpSession(
            self.server, tls.context(self.authority.ca_file), StateFile(self.state), 3, helo_name="bot.example.org",
            final_wait=3,
        )  # fmt: skip


@pytest.fixture
def post(authority: Authority, tmp_path: Path) -> Iterator[Post]:
    made = Post(authority, tmp_path)
    yield made
    made.session.close()
    made.smtpd.stop()


def test_the_envelope_and_the_bytes_are_exactly_what_was_approved(post: Post) -> None:
    text = "Dots:\r\n.\r\n..two\r\n.hidden\r\nnaïve café, and no line end at the end"
    post.session.send(staged(1, text))
    assert post.smtpd.accepted == [("rag.update@council.example.org", ["csm1@district.example"], staged(1, text).mail)]


def test_one_connection_serves_many_mails(post: Post) -> None:
    for number in range(5):
        post.session.send(staged(number))
    assert len(post.smtpd.accepted) == 5
    assert post.smtpd.logins == 1


def test_bare_line_ends_leave_as_crlf(post: Post) -> None:
    bare = staged(1).model_copy(update={"mail": staged(1).mail.replace(b"\r\n", b"\n")})
    post.session.send(bare)
    assert post.smtpd.accepted[0][2] == staged(1).mail


STEPS = [
    (Step("ehlo"), Unavailable, 0),
    (Step("auth"), Unavailable, 0),
    (Step("auth", "454 4.7.0 later"), Unavailable, 0),
    (Step("auth", "535 5.7.8 no"), LoginFailed, 0),
    (Step("mail"), NotSent, 0),
    (Step("mail", "451 4.3.0 later"), Throttled, 0),
    (Step("mail", "550 5.7.1 no"), LoginFailed, 0),
    (Step("mail", "552 5.3.4 too big"), Refused, 0),
    (Step("rcpt"), NotSent, 0),
    (Step("rcpt", "450 4.2.0 greylisted"), NotSent, 0),
    (Step("rcpt", "550 5.1.1 nobody"), Refused, 0),
    (Step("body"), MaybeSent, 0),  # a small mail: the dot was handed over before the break was seen
    (Step("before"), MaybeSent, 0),
    (Step("before", "451 4.3.0 later"), NotSent, 0),
    (Step("before", "421 4.3.2 closing"), NotSent, 0),
    (Step("before", "554 5.6.0 no"), Refused, 0),
    (Step("before", "550 5.7.60 no permissions to send as this sender"), LoginFailed, 0),
    (Step("before", "999 odd"), MaybeSent, 0),
    (Step("after"), MaybeSent, 1),
]


@pytest.mark.parametrize(("fault", "told", "accepted"), STEPS, ids=[f"{s.step}-{s.reply}" for s, _, _ in STEPS])
def test_each_fault_says_what_is_certain_and_nothing_is_tried_twice(
    post: Post, fault: Step, told: type[TransportError], accepted: int
) -> None:
    post.smtpd.faults.append(replace(fault))
    with pytest.raises(told) as error:
        post.session.send(staged(1))
    assert error.value.message.endswith(".")
    assert error.value.hint
    assert len(post.smtpd.accepted) == accepted
    assert post.smtpd.logins <= 1


def test_a_break_inside_a_large_mail_is_certain(post: Post) -> None:
    post.smtpd.faults.append(Step("body"))
    with pytest.raises(NotSent):
        post.session.send(staged(1, "x" * 76 + ("\r\n" + "x" * 76) * 200_000))
    assert post.smtpd.accepted == []


def test_after_a_refused_reader_the_next_one_is_served(post: Post) -> None:
    post.smtpd.faults.append(Step("rcpt", "550 5.1.1 nobody"))
    with pytest.raises(Refused):
        post.session.send(staged(1))
    post.session.send(staged(2))
    assert [recipients for _, recipients, _ in post.smtpd.accepted] == [["csm2@district.example"]]


def test_a_wrong_password_is_tried_three_times_and_then_rests(post: Post) -> None:
    right = post.server
    post.server = replace(right, password="wrong")
    for _ in range(6):
        post.reopen()
        with pytest.raises(LoginFailed):
            post.session.send(staged(1))
    assert post.smtpd.logins == 3
    post.server = right
    post.reopen()
    post.session.send(staged(1))
    assert len(post.smtpd.accepted) == 1


def test_a_mail_larger_than_the_server_takes_is_refused_before_it_starts(post: Post) -> None:
    post.smtpd.stop()
    post.smtpd = Smtpd(post.authority.server(), size=1000)
    post.server = replace(post.server, port=post.smtpd.port)
    post.reopen()
    with pytest.raises(Refused) as told:
        post.session.send(staged(1, "x" * 2000))
    assert told.value.code == "too-large"


def test_starttls_protects_the_password(post: Post) -> None:
    post.smtpd.stop()
    post.smtpd = Smtpd(post.authority.server(), starttls=True)
    post.server = replace(post.server, port=post.smtpd.port, security="starttls")
    post.reopen()
    post.session.send(staged(1))
    assert len(post.smtpd.accepted) == 1


def test_without_starttls_no_password_is_sent(post: Post) -> None:
    post.smtpd.stop()
    post.smtpd = Smtpd(None)
    post.server = replace(post.server, port=post.smtpd.port, security="starttls")
    post.reopen()
    with pytest.raises(Unavailable) as told:
        post.session.send(staged(1))
    assert told.value.code == "no-starttls"
    assert post.smtpd.logins == 0


@pytest.mark.parametrize("address", ["a@b.example>\r\nRCPT TO:<x@y.example", "a b@c.example", "<>", "ä@b.example", ""])
def test_an_address_cannot_smuggle_commands(post: Post, address: str) -> None:
    with pytest.raises(Refused):
        post.session.send(staged(1).model_copy(update={"recipient": address}))
    assert post.smtpd.accepted == []


def test_a_certificate_for_another_name_is_told_apart(post: Post, authority: Authority) -> None:
    post.smtpd.stop()
    post.smtpd = Smtpd(authority.server(host="other.example.org"))
    post.server = replace(post.server, port=post.smtpd.port)
    post.reopen()
    with pytest.raises(Unavailable) as told:
        post.session.send(staged(1))
    assert told.value.code == "certificate-name"


@given(st.lists(st.sampled_from([b".", b"..", b"a", b""]), max_size=8))
def test_no_text_can_end_the_mail_early(lines: list[bytes]) -> None:
    sent = _dotted(b"\r\n".join(lines))
    assert sent.endswith(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + sent
