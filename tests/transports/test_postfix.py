"""One real delivery: through a Postfix of our own, into a reader's Maildir."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.errors import Refused
from bot.mail.bounce import bounces
from bot.mail.parse import parse_message
from bot.transports import tls
from bot.transports.smtp_session import ServerSettings, SmtpSession
from bot.transports.statefile import StateFile
from tests.transports import postfix
from tests.transports.certs import Authority
from tests.transports.contract import staged
from tests.transports.postfix import Postfix

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not postfix.usable(), reason="Postfix is not installed, or these tests do not run as root"),
]
READER = f"reader1@{postfix.DOMAIN}"


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Postfix]:
    made = Postfix(authority)
    yield made
    made.stop()


@pytest.fixture
def session(server: Postfix, authority: Authority) -> Iterator[SmtpSession]:
    where = ServerSettings("localhost", server.port, "tls")
    made = SmtpSession(where, tls.context(authority.ca_file), StateFile(), 10)
    yield made
    made.close()


def test_a_mail_arrives_once_with_every_byte_that_was_approved(server: Postfix, session: SmtpSession) -> None:
    ready = staged(1, ".a line that begins with a dot\r\n" * 20 + ("words " * 12 + "\r\n") * 2_500).model_copy(
        update={"recipient": READER}
    )
    session.send(ready)
    (arrived,) = server.delivered("reader1")
    head, _, body = ready.mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    found_head, _, found_body = arrived.partition(b"\n\n")
    assert found_body.rstrip(b"\n") == body.rstrip(b"\n")
    assert found_head.endswith(head)  # above it only what Postfix adds
    assert b"Return-Path: <" in found_head
    assert b"Delivered-To: " + READER.encode() in found_head


def test_an_unknown_reader_is_refused_and_the_next_one_is_served(server: Postfix, session: SmtpSession) -> None:
    with pytest.raises(Refused, match=r"550 5\.1\.1"):
        session.send(staged(2).model_copy(update={"recipient": f"nobody-here@{postfix.DOMAIN}"}))
    session.send(staged(3).model_copy(update={"recipient": f"reader2@{postfix.DOMAIN}"}))
    assert len(server.delivered("reader2")) == 1


def test_what_comes_back_from_postfix_names_our_mail(server: Postfix, session: SmtpSession) -> None:
    ready = staged(5).model_copy(update={"recipient": postfix.GONE})
    session.send(ready)
    (raw,) = server.delivered("rag.update")
    message = parse_message(raw)
    (found,) = bounces(message, message.text or "")
    assert found.permanent
    assert f"<{found.original_message_id.strip('<>')}>" == ready.message_id


def test_a_mail_larger_than_postfix_takes_is_refused_before_it_starts(server: Postfix, session: SmtpSession) -> None:
    with pytest.raises(Refused, match="MB"):
        session.send(staged(4, ("words " * 12 + "\r\n") * 200_000).model_copy(update={"recipient": READER}))
    assert "message size" not in server.log()
