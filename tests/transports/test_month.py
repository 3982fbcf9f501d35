"""The demonstration's month comes to the same end on every kind of mailbox: deliveries, states and bytes."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path

import pytest

from bot.ports import Place
from bot.transports.folder import FolderMailbox
from bot.transports.headers import fields, split
from tests.transports import dovecot, smtpd
from tests.transports.certs import Authority
from tests.transports.fake_ews import MAILBOX, PASSWORD, USER
from tests.transports.fake_graph import CLIENT, SECRET, TENANT
from tests.transports.month import BORDER, Carrier, EndState, play
from tests.transports.worlds import EwsWorld, GraphWorld

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
SECRETS = {"IMAP": dovecot.PASSWORD, "SMTP": smtpd.PASSWORD, "EWS": PASSWORD, "GRAPH": SECRET}
TRACE = (b"received", b"authentication-results", b"x-ms-exchange-organization-authas",
         b"x-ms-exchange-organization-authsource")  # fmt: skip


def _of_folder(folder: Path) -> Carrier:
    box, numbers = FolderMailbox(folder / "var" / "mailbox"), count(1)
    toml = f'[mailbox]\nkind = "folder"\naddress = "{MAILBOX}"\nsettle_seconds = 0\n[trust]\nprofile = "folder"\n'
    return Carrier("folder", toml, lambda raw: box.deliver(raw, f"letter-{next(numbers):02d}") and None)


@pytest.fixture(scope="module")
def on_the_folder(tmp_path_factory: pytest.TempPathFactory) -> EndState:
    """What the month comes to over the folder: the measure for the others."""
    folder = tmp_path_factory.mktemp("month")
    return play(folder, _of_folder(folder))


def _assert_the_same(ended: EndState, measure: EndState, world: object, left: list[bytes]) -> None:
    """The same deliveries in the same states with the same bytes; what left is exactly what is called sent."""
    assert ended == measure
    assert ended.editions[0][1] == "distributed"
    sent = Counter(recipient for _, _, recipient, state in ended.deliveries if state in ("sent", "bounced"))
    assert Counter(_recipient(raw) for raw in left) == sent
    assert not any(state in ("in_doubt", "failed", "queued", "releasing") for *_, state in ended.deliveries)


def _recipient(raw: bytes) -> str:
    message = message_from_bytes(raw, policy=policy.default)
    (address,) = message["To"].addresses
    return str(address.addr_spec)


class TestImapAndSmtp:
    """Against a real Dovecot, sending by SMTP over TLS."""

    @pytest.mark.skipif(not dovecot.installed(), reason="Dovecot 2.3 (Debian package dovecot-imapd) is not installed")
    def test_the_month_ends_as_over_the_folder(
        self, authority: Authority, request: pytest.FixtureRequest, tmp_path: Path, on_the_folder: EndState
    ) -> None:
        from tests.transports.imap_world import ImapWorld

        servers = request.getfixturevalue("servers")
        world = ImapWorld(servers, tmp_path, servers.modern)
        toml = f"""[mailbox]
kind = "imap"
address = "{MAILBOX}"
ca_file = '{authority.ca_file}'
[mailbox.imap]
host = "localhost"
port = {world.imap_line.port}
username = "{world.user}"
password_env = "IMAP"
[mailbox.smtp]
host = "localhost"
port = {world.smtp_line.port}
username = "{smtpd.USER}"
password_env = "SMTP"
[trust]
profile = "authserv"
authserv_id = "{BORDER}"
"""
        try:
            ended = play(tmp_path / "month", Carrier("imap", toml, world.arrive, SECRETS))
            _assert_the_same(ended, on_the_folder, world, world.sent())
            assert sorted(world.in_folder("Sent")) == sorted(world.sent())
            assert (len(world.inbox()), len(world.filed(Place.HELD))) == (1, 0)  # nobody's business stays in the inbox
        finally:
            world.close()


class TestEws:
    """exchangelib and the fake that rebuilds each mail without its trace."""

    def test_the_month_ends_as_over_the_folder(
        self, authority: Authority, tmp_path: Path, on_the_folder: EndState
    ) -> None:
        world = EwsWorld(authority, tmp_path)
        toml = f"""[mailbox]
kind = "ews"
address = "{MAILBOX}"
ca_file = '{authority.ca_file}'
endpoint = "{world.settings.endpoint}"
username = '{USER}'
password_env = "EWS"
auth = "basic"
send_per_minute = 0
[trust]
profile = "exchange-onprem"
auth_sources = ["ex01.council.example.org"]
"""
        try:
            ended = play(tmp_path / "month", Carrier("ews", toml, world.arrive, SECRETS))
            _assert_the_same(ended, on_the_folder, world, world.sent())
            assert (len(world.inbox()), world.drafts()) == (1, [])
        finally:
            world.close()


class TestGraph:
    """msal and httpx, and the fake that keeps the trace beside the mail."""

    def test_the_month_ends_as_over_the_folder(
        self, authority: Authority, tmp_path: Path, on_the_folder: EndState
    ) -> None:
        world = GraphWorld(authority, tmp_path)
        toml = f"""[mailbox]
kind = "graph"
address = "{MAILBOX}"
ca_file = '{authority.ca_file}'
endpoint = "{world.settings.endpoint}"
send_per_minute = 0
[mailbox.oauth]
tenant_id = "{TENANT}"
client_id = "{CLIENT}"
client_secret_env = "GRAPH"
authority = "{world.httpd.url}"
[trust]
profile = "exchange-online"
internal_domains = ["council.example.org"]
"""

        def arrive(raw: bytes) -> None:
            block, body = split(raw)
            all_fields = fields(block)
            lines = [text.decode().partition(":") for _, text in all_fields]
            record = [{"name": name, "value": value.strip()} for name, _, value in lines]
            rebuilt = b"\r\n".join(text for name, text in all_fields if name not in TRACE)
            world.graph.arrive(rebuilt + b"\r\n\r\n" + body, headers=record)

        try:
            ended = play(tmp_path / "month", Carrier("graph", toml, arrive, SECRETS))
            _assert_the_same(ended, on_the_folder, world, world.sent())
            assert (len(world.inbox()), world.drafts()) == (1, [])
        finally:
            world.close()
