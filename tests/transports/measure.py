"""What the transports cost beside a bare loop over the same library: CPU and wall time per mail, on loopback.

``python -m tests.transports.measure [COUNT]``: COUNT mails of 20 kB in (listed, read, filed) and COUNT of 200 kB out
(drafted, sent), over Graph and EWS (fakes in a process of their own, so that only the client is measured).
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.ports import Place
from bot.transports.ews import EwsMailbox, EwsSettings
from bot.transports.graph import GraphMailbox, GraphSettings
from bot.transports.oauth import OauthSettings
from tests.transports import fake_ews, fake_graph
from tests.transports.certs import Authority
from tests.transports.contract import mail, nothing_known, staged
from tests.transports.httpd import Httpd

WORDS = "some words of text "


def serve(folder: Path, count: int) -> None:
    """The servers; they end with their standard input."""
    authority = Authority(folder)
    ews, graph = fake_ews.FakeEws(), fake_graph.FakeGraph()
    ews.page, graph.page = 500, 100
    doors = Httpd(ews, authority.server()), Httpd(graph, authority.server())
    graph.url = doors[1].url
    for number in range(count):
        raw = b"Received: from a by b; x\r\n" + mail(number, WORDS * 1000)
        ews.arrive(raw)
        graph.arrive(raw)
    print(*(door.port for door in doors), flush=True)  # noqa: T201
    sys.stdin.read()


def bulletins(count: int) -> list[Any]:
    """Mails of about 200 kB that are ready to leave."""
    return [staged(number, (WORDS * 4 + "\r\n") * 2600) for number in range(count)]


def receive(box: EwsMailbox | GraphMailbox, count: int) -> None:
    """All mails in, through the port."""
    known: set[str] = set()
    while got := list(box.fetch_new(known.__contains__, 100)):
        for one in got:
            known.add(one.ref)
            box.acknowledge(one.ref, Place.PROCESSED)


def send(box: EwsMailbox | GraphMailbox, count: int) -> None:
    """All mails out, through the port."""
    for one in bulletins(count):
        box.release(one.model_copy(update={"ref": box.stage(one)}))


def ews_bare_receive(box: EwsMailbox, count: int) -> None:
    """The same by exchangelib alone."""
    account = box._session.account
    target = box._own_folder("Processed")
    for _, listed in list(account.inbox.sync_items(only_fields=["message_id"])):
        (item,) = account.fetch([(listed.id, None)], only_fields=["mime_content", "headers"], chunk_size=1)
        item.move(target)


def ews_bare_send(box: EwsMailbox, count: int) -> None:
    """The same by exchangelib alone."""
    import exchangelib

    account = box._session.account
    for one in bulletins(count):
        draft = exchangelib.Message(account=account, folder=account.drafts, mime_content=one.mail, is_read=True)
        draft.save()
        draft.send(copy_to_folder=account.sent)


def graph_bare_receive(box: GraphMailbox, count: int) -> None:
    """The same by httpx alone."""
    http, head, base = _bare(box)
    target = box._own_folder("Processed")
    url, refs = f"{base}/mailFolders/inbox/messages/delta", []
    while url:
        page = http.get(url, headers=head).json()
        refs += [quote(entry["id"], safe="") for entry in page["value"]]
        url = page.get("@odata.nextLink")
    for ref in refs:
        http.get(f"{base}/messages/{ref}/$value", headers=head).read()
        http.post(f"{base}/messages/{ref}/move", headers=head, json={"destinationId": target})


def graph_bare_send(box: GraphMailbox, count: int) -> None:
    """The same by httpx alone."""
    http, head, base = _bare(box)
    for one in bulletins(count):
        made = http.post(
            f"{base}/messages", headers={**head, "Content-Type": "text/plain"}, content=base64.b64encode(one.mail)
        )
        http.post(f"{base}/messages/{quote(made.json()['id'], safe='')}/send", headers=head)


def _bare(box: GraphMailbox) -> tuple[Any, dict[str, str], str]:
    head = {"Authorization": f"Bearer {box._tokens.token()}", "Prefer": 'IdType="ImmutableId"'}
    return box._graph._client(), head, box._graph.base


def _boxes(folder: Path, ports: list[str]) -> dict[str, Any]:
    ca = folder / "ca.pem"
    home = f"https://localhost:{ports[1]}"
    oauth = OauthSettings(fake_graph.TENANT, fake_graph.CLIENT, fake_graph.SECRET, authority=home)
    return {
        "EWS": EwsMailbox(
            EwsSettings(
                mailbox=fake_ews.MAILBOX, username=fake_ews.USER, password=fake_ews.PASSWORD, auth="basic",
                endpoint=f"https://localhost:{ports[0]}/EWS/Exchange.asmx", ca_file=ca, per_minute=0,
            )
        ),
        "Graph": GraphMailbox(
            GraphSettings(mailbox=fake_graph.MAILBOX, oauth=oauth, endpoint=f"{home}/v1.0", ca_file=ca, per_minute=0)
        ),
    }  # fmt: skip


def measure(kind: str, work: Callable[[Any, int], None], count: int) -> tuple[float, float]:
    """CPU and wall milliseconds a mail, with servers of their own."""
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, "-m", "tests.transports.measure", "serve", root, str(count)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            box = _boxes(Path(root), (server.stdout.readline() if server.stdout else "").split())[kind]
            next(iter(box.fetch_new(nothing_known, 1)))  # libraries loaded, log-in done
            box.probe(staged(10_000_000))
            cpu, wall = time.process_time(), time.perf_counter()
            work(box, count)
            spent = (time.process_time() - cpu) * 1000 / count, (time.perf_counter() - wall) * 1000 / count
            box.close()
            server.communicate()
            return spent


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    works = {
        "EWS": [("in", receive, ews_bare_receive), ("out", send, ews_bare_send)],
        "Graph": [("in", receive, graph_bare_receive), ("out", send, graph_bare_send)],
    }
    print("transport  way  ours CPU/wall ms  bare CPU/wall ms  ratio of CPU")  # noqa: T201
    for kind, pairs in works.items():
        for way, ours, bare in pairs:
            one, other = measure(kind, ours, count), measure(kind, bare, count)
            shown = f"{one[0]:7.1f} /{one[1]:7.1f}  {other[0]:7.1f} /{other[1]:7.1f}  {one[0] / other[0]:6.2f}"
            print(f"{kind:9}  {way:3}  {shown}")  # noqa: T201


if __name__ == "__main__":
    main()
