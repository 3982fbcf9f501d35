"""What the transports cost beside a bare loop over the same library, on loopback, with the store's commits included.

Ours: each mail is listed, read, remembered, handled and filed, or leased, drafted, released and settled, in the store.
Bare: the same mails by the library alone, each with three durable commits of bare sqlite3. The servers run in a process
of their own, so that only the client is measured. ``python -m tests.transports.measure [COUNT]`` prints the table.
"""

from __future__ import annotations

import base64
import os
import resource
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import EditionState
from bot.ports import Place, StagedMail
from bot.store.sql import SqlStore
from bot.transports import tls
from bot.transports.ews import EwsMailbox, EwsSettings
from bot.transports.graph import GraphMailbox, GraphSettings
from bot.transports.imap_smtp import ImapSmtpMailbox, ImapSmtpSettings
from bot.transports.oauth import OauthSettings
from bot.transports.smtp_session import ServerSettings
from tests.store.world import MAILBOX, NOW, World, blob
from tests.transports import dovecot, fake_ews, fake_graph, smtpd
from tests.transports.certs import Authority
from tests.transports.contract import mail, nothing_known, staged
from tests.transports.httpd import Httpd

WORDS = "some words of text "
TEXT = (WORDS * 4 + "\r\n") * 2600  # about 200 kB
USER = "bench@council.example.org"
ROOT = Path(__file__).parents[2]
MAILS = int(os.environ.get("BENCH_MAILS", "1000"))  # fewer make the run shorter
Keep = Callable[[bytes], None]


@dataclass
class Spent:
    """Seconds of this process's CPU for one mail: all of it, and what of that the store took."""

    cpu: float
    store: float = 0.0


# ------------------------------------------------------------------------------------------------ the servers' side


def serve(kind: str, folder: Path, count: int, size: int) -> None:
    """One server with ``count`` mails of ``size`` bytes in its inbox; it ends with its standard input."""
    authority = Authority(folder)
    raws = (b"Received: from a by b; x\r\n" + mail(n, WORDS * (size // len(WORDS))) for n in range(count))
    stop: list[Callable[[], None]] = []
    if kind == "IMAP + SMTP":
        ports = _serve_imap(authority, raws, stop)
    else:
        app: Any = fake_ews.FakeEws() if kind == "EWS" else fake_graph.FakeGraph()
        app.page = 500 if kind == "EWS" else 100
        door = Httpd(app, authority.server())
        if kind == "Graph":
            app.url = door.url
        for raw in raws:
            app.arrive(raw)
        ports = (door.port,)
    sys.stdout.write(" ".join(map(str, ports)) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for one in stop:
        one()


def _serve_imap(authority: Authority, raws: Iterator[bytes], stop: list[Callable[[], None]]) -> tuple[int, int]:
    from imapclient import IMAPClient

    server, post = dovecot.Dovecot(authority), smtpd.Smtpd(authority.server())
    stop += [server.stop, post.stop]
    client = IMAPClient("127.0.0.1", server.port, ssl=False)
    client.login(USER, dovecot.PASSWORD)
    for raw in raws:
        client.append("INBOX", raw)
    client.logout()
    return server.tls_port, post.port


@contextmanager
def mailbox(kind: str, count: int, size: int = 20_000) -> Iterator[Any]:
    """The adapter on a server of its own; libraries are loaded and the log-in is done."""
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, "-W", "ignore", "-m", "tests.transports.measure", "serve", kind, root]
        with subprocess.Popen(
            [*command, str(count), str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
        ) as server:  # fmt: skip
            ports = [int(word) for word in (server.stdout.readline() if server.stdout else "").split()]
            box = _box(kind, Path(root), ports)
            try:
                if size < 1_000_000:
                    next(iter(box.fetch_new(nothing_known, 1)))
                box.probe(staged(10_000_000))
                yield box
            finally:
                box.close()
                server.communicate()


def _box(kind: str, folder: Path, ports: list[int]) -> Any:
    ca = folder / "ca.pem"
    home = f"https://localhost:{ports[0]}"
    if kind == "IMAP + SMTP":
        imap = ServerSettings("localhost", ports[0], "tls", USER, dovecot.PASSWORD)
        smtp = ServerSettings("localhost", ports[1], "tls", smtpd.USER, smtpd.PASSWORD)
        return ImapSmtpMailbox(ImapSmtpSettings(imap, smtp, ca_file=ca, helo_name="bot.example.org"))
    if kind == "EWS":
        return EwsMailbox(
            EwsSettings(mailbox=fake_ews.MAILBOX, username=fake_ews.USER, password=fake_ews.PASSWORD, auth="basic",
                        endpoint=f"{home}/EWS/Exchange.asmx", ca_file=ca, per_minute=0)
        )  # fmt: skip
    oauth = OauthSettings(fake_graph.TENANT, fake_graph.CLIENT, fake_graph.SECRET, authority=home)
    return GraphMailbox(
        GraphSettings(mailbox=fake_graph.MAILBOX, oauth=oauth, endpoint=f"{home}/v1.0", ca_file=ca, per_minute=0)
    )


# ------------------------------------------------------------------------------------------------------------ ours


class Timed:
    """A store whose calls are timed."""

    def __init__(self, store: SqlStore) -> None:
        self.spent = 0.0
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(self._store, name)

        def call(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return real(*given, **named)
            finally:
                self.spent += time.process_time() - began

        return call


def receive(box: Any, made: World, store: Any, count: int) -> None:
    """All mails in: remembered, handled, filed; a durable commit each."""
    handled = 0
    while handled < count:
        for got in box.fetch_new(lambda ref: store.known(MAILBOX, ref), 20):
            inbound = store.remember(MAILBOX, got, NOW)
            store.apply([made.closed(inbound)], NOW)
            handled += 1
        for filing in store.unfiled(100):
            box.acknowledge(filing.ref, Place(filing.place))
            store.filed(filing.inbound)


def queue(made: World, count: int) -> None:
    """Bulletins in the outbox, as an approval leaves them: a header each, one body."""
    for number in range(count):
        one = staged(number, TEXT)
        head, _, body = one.mail.partition(b"\r\n\r\n")
        header = blob(head + b"\r\n\r\n")
        (_, _, queued) = made.queued(f"csm{number}", message_id=one.message_id, sender=one.sender,
                                     recipient=one.recipient, header=header.digest, body=blob(body).digest)  # fmt: skip
        made.store.apply([header, blob(body), queued], NOW)


def send(box: Any, made: World, store: Any, count: int) -> None:
    """All mails out: leased, drafted, released, settled."""
    while leased := store.lease_deliverable(NOW, 10, 120):
        for one in leased:
            ready = StagedMail(key=one.key, message_id=one.message_id, sender=one.sender, recipient=one.recipient,
                               mail=store.mail_bytes(one), ref=one.ref)  # fmt: skip
            ref = box.stage(ready)
            store.move_delivery(one.key, DeliveryEvent.RELEASE, NOW, ref=ref)
            box.release(ready.model_copy(update={"ref": ref}))
            store.move_delivery(one.key, DeliveryEvent.ACCEPTED, NOW)


def ours(kind: str, way: str, count: int) -> Spent:
    """Seconds a mail through the port and the store."""
    with tempfile.TemporaryDirectory() as root, mailbox(kind, count if way == "in" else 1) as box:
        url = f"sqlite:///{root}/bench.db"
        made = World(url, SqlStore(url))
        made.save(EditionState.DISTRIBUTING)
        if way == "out":
            queue(made, count)
        store = Timed(made.sql)
        began = time.process_time()
        (receive if way == "in" else send)(box, made, store, count)
        spent = Spent((time.process_time() - began) / count, store.spent / count)
        made.sql.close()
        return spent


# ------------------------------------------------------------------------------------------------------------ bare


def ews_in(box: EwsMailbox, count: int, keep: Keep) -> None:
    """By exchangelib alone."""
    account = box._session.account
    target = box._own_folder("Processed")
    for _, listed in list(account.inbox.sync_items(only_fields=["message_id"])):
        (item,) = account.fetch([(listed.id, None)], only_fields=["mime_content", "headers"], chunk_size=1)
        item.move(target)
        keep(item.mime_content)


def ews_out(box: EwsMailbox, count: int, keep: Keep) -> None:
    """By exchangelib alone."""
    import exchangelib

    account = box._session.account
    for number in range(count):
        raw = staged(number, TEXT).mail
        draft = exchangelib.Message(account=account, folder=account.drafts, mime_content=raw, is_read=True)
        draft.save()
        draft.send(copy_to_folder=account.sent)
        keep(b"")


def graph_in(box: GraphMailbox, count: int, keep: Keep) -> None:
    """By httpx alone."""
    http, head, base = _bare(box)
    target = box._own_folder("Processed")
    url, refs = f"{base}/mailFolders/inbox/messages/delta", []
    while url:
        page = http.get(url, headers=head).json()
        refs += [quote(entry["id"], safe="") for entry in page["value"]]
        url = page.get("@odata.nextLink")
    for ref in refs:
        raw = http.get(f"{base}/messages/{ref}/$value", headers=head).read()
        http.post(f"{base}/messages/{ref}/move", headers=head, json={"destinationId": target})
        keep(raw)


def graph_out(box: GraphMailbox, count: int, keep: Keep) -> None:
    """By httpx alone."""
    http, head, base = _bare(box)
    for number in range(count):
        content = base64.b64encode(staged(number, TEXT).mail)
        made = http.post(f"{base}/messages", headers={**head, "Content-Type": "text/plain"}, content=content)
        http.post(f"{base}/messages/{quote(made.json()['id'], safe='')}/send", headers=head)
        keep(b"")


def _bare(box: GraphMailbox) -> tuple[Any, dict[str, str], str]:
    head = {"Authorization": f"Bearer {box._tokens.token()}", "Prefer": 'IdType="ImmutableId"'}
    return box._graph._client(), head, box._graph.base


def imap_in(box: ImapSmtpMailbox, count: int, keep: Keep) -> None:
    """By IMAPClient alone."""
    client, _ = box._imap._ready()
    client.create_folder("Processed")
    client.select_folder("INBOX")
    for uid in client.search("ALL"):
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.move([uid], "Processed")
        keep(raw)


def imap_out(box: ImapSmtpMailbox, count: int, keep: Keep) -> None:
    """By smtplib and IMAPClient alone."""
    client, _ = box._imap._ready()

    def file(mail: bytes) -> None:
        client.append("Sent", mail, flags=[b"\\Seen"])
        keep(b"")

    smtp_out(box, count, file)


def smtp_out(box: ImapSmtpMailbox, count: int, keep: Keep) -> None:
    """By smtplib alone; ``keep`` gets each mail that left."""
    server = box.settings.smtp
    context = tls.context(box.settings.ca_file)
    with smtplib.SMTP_SSL(server.host, server.port, "bot.example.org", context=context) as smtp:
        smtp.login(server.username, server.password)
        for number in range(count):
            one = staged(number, TEXT)
            smtp.sendmail(one.sender, [one.recipient], one.mail)
            keep(one.mail)


def smtp_alone(box: ImapSmtpMailbox, count: int, _: Keep) -> None:
    """By smtplib alone, and nothing of it kept anywhere."""
    smtp_out(box, count, lambda mail: None)


BARE: dict[str, dict[str, Callable[[Any, int, Keep], None]]] = {
    "EWS": {"in": ews_in, "out": ews_out},
    "Graph": {"in": graph_in, "out": graph_out},
    "IMAP + SMTP": {"in": imap_in, "out": imap_out, "smtp": smtp_alone},
}
LIBRARY = {"EWS": "exchangelib", "Graph": "httpx", "IMAP + SMTP": "IMAPClient and smtplib"}


@contextmanager
def kept(folder: str) -> Iterator[tuple[Keep, list[float]]]:
    """A function that makes three durable commits of bare sqlite3 for a mail, and the CPU seconds that they took."""
    spent = [0.0]
    with closing(sqlite3.connect(f"{folder}/bare.db", isolation_level=None)) as plain:
        for line in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                     "CREATE TABLE mail (id INTEGER PRIMARY KEY, state INTEGER, data BLOB)"):  # fmt: skip
            plain.execute(line)

        def keep(raw: bytes) -> None:
            began = time.process_time()
            number = plain.execute("INSERT INTO mail (state, data) VALUES (0, ?)", (raw,)).lastrowid
            for state in (1, 2):
                plain.execute("UPDATE mail SET state = ? WHERE id = ?", (state, number))
            spent[0] += time.process_time() - began

        yield keep, spent


def bare(kind: str, way: str, count: int) -> Spent:
    """Seconds a mail by the library alone, and of that the three commits."""
    here = count if way == "in" else 1
    with tempfile.TemporaryDirectory() as root, kept(root) as (keep, store), mailbox(kind, here) as box:
        began = time.process_time()
        BARE[kind][way](box, count, keep)
        return Spent((time.process_time() - began) / count, store[0] / count)


def rows(kind: str, count: int = MAILS) -> Iterator[tuple[str, float, str, float, float | None]]:
    """The rows of `make bench` for one transport: the whole and the share of each part, beside the bare loop."""
    for way, what in (("in", "receive a mail of 20 kB"), ("out", "send a bulletin of 200 kB")):
        mine, other = ours(kind, way, count), bare(kind, way, count)
        alone = f"{LIBRARY[kind]} alone"
        yield f"{kind}: {what}, CPU", mine.cpu, f"{alone}, three commits", other.cpu, 4.0
        yield "... of that the transport", mine.cpu - mine.store, alone, other.cpu - other.store, None
        yield "... of that the store", mine.store, "three commits of bare sqlite3", other.store, None
        if "smtp" in BARE[kind] and way == "out":
            least = bare(kind, "smtp", count)
            yield "... beside SMTP alone: no copy in Sent, no commit", mine.cpu, "a bare smtplib loop", least.cpu, None


# ------------------------------------------------------------------------------------------------- one large mail

LARGE = 36_000_000


def large(how: str) -> None:
    """In a process of its own: read one mail of 36 MB by EWS, print wall seconds and the peak of memory in bytes."""
    with mailbox("EWS", 1, LARGE) as box:
        account = box._session.account
        began = time.perf_counter()
        if how == "ours":
            (got,) = (one.raw for one in box.fetch_new(nothing_known, 1))
        else:
            ((_, listed),) = list(account.inbox.sync_items(only_fields=["message_id"]))
            (item,) = account.fetch([(listed.id, None)], only_fields=["mime_content"], chunk_size=1)
            got = item.mime_content
        spent = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if len(got) < LARGE * 0.99:
            raise AssertionError("the mail is not whole")
    sys.stdout.write(f"{spent} {peak}\n")


def large_rows() -> Iterator[tuple[str, float, str, float, float]]:
    """A mail of 36 MB beside plain ``mime_content``: at most a tenth of the time and half the memory."""
    found = {}
    for how in ("ours", "plain"):
        command = [sys.executable, "-W", "ignore", "-m", "tests.transports.measure", "large", how]
        said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        found[how] = float(said[0]), float(said[1])
    (time_of_ours, peak_of_ours), (time_of_plain, peak_of_plain) = found["ours"], found["plain"]
    yield "EWS: a mail of 36 MB, wall", time_of_ours, "plain mime_content", time_of_plain, 0.1
    yield "... peak of memory, GB", peak_of_ours / 1e9, "plain mime_content", peak_of_plain / 1e9, 0.5


def main() -> None:
    """Print the table, or be the other side of a measurement."""
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    elif sys.argv[1:2] == ["large"]:
        large(sys.argv[2])
    else:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
        for kind in BARE:
            for name, mine, beside, other, _ in rows(kind, count):
                print(f"{name:60} {mine * 1000:8.2f} ms  {beside:30} {other * 1000:8.2f} ms  {mine / other:5.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
