"""The worlds of the two Exchange transports: a mailbox on a fake server, and the people around it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import exchangelib

from bot.ports import Place
from bot.transports.ews import EwsMailbox, EwsSettings
from bot.transports.graph import GraphMailbox, GraphSettings
from bot.transports.oauth import OauthSettings
from bot.transports.statefile import StateFile
from tests.transports.certs import Authority
from tests.transports.fake_ews import MAILBOX, PASSWORD, USER, FakeEws
from tests.transports.fake_graph import CLIENT, SECRET, TENANT, FakeGraph
from tests.transports.httpd import Httpd


class GraphWorld:
    """A mailbox in a fake Exchange Online."""

    exact = True

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.authority = authority
        self.state = folder / "graph.state"
        self.graph = FakeGraph()
        self.httpd = Httpd(self.graph, authority.server())
        self.graph.url = self.httpd.url
        self.settings = GraphSettings(
            mailbox=MAILBOX,
            oauth=OauthSettings(tenant_id=TENANT, client_id=CLIENT, client_secret=SECRET, authority=self.httpd.url),
            endpoint=f"{self.httpd.url}/v1.0",
            ca_file=authority.ca_file,
            timeout_seconds=5,
            per_minute=0,
        )
        self.open: list[GraphMailbox] = []
        self.reopen()

    def reopen(self) -> None:
        self.mailbox = self.sender = GraphMailbox(self.settings, StateFile(self.state))
        self.open.append(self.mailbox)

    def close(self) -> None:
        for one in self.open:
            one.close()
        self.httpd.stop()

    def arrive(self, raw: bytes, junk: bool = False) -> None:
        self.graph.arrive(raw, "junkemail" if junk else "inbox")

    def inbox(self) -> list[bytes]:
        return [message.raw for message in self.graph.in_folder("inbox")]

    def filed(self, place: Place) -> list[bytes]:
        return [message.raw for message in self.graph.in_folder(place.value.title())]

    def sent(self) -> list[bytes]:
        return self.graph.left

    def drafts(self) -> list[bytes]:
        return [message.raw for message in self.graph.in_folder("drafts")]

    def people_read_everything(self) -> None:
        for message in self.graph.in_folder("inbox"):
            message.read = True
            self.graph._note(message.folder, message.id, True)

    def a_person_removes_one(self) -> None:
        self.graph.remove(self.graph.in_folder("inbox")[0])

    def a_person_removes_the_drafts(self) -> None:
        for message in self.graph.in_folder("drafts"):
            self.graph.remove(message)

    def a_person_deletes_our_folder(self) -> None:
        self.graph.folders = {ref: name for ref, name in self.graph.folders.items() if name != "Processed"}

    def away(self) -> AbstractContextManager[None]:
        return self.httpd.away()


class EwsWorld:
    """A mailbox on a fake Exchange server."""

    exact = True

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.authority = authority
        self.state = folder / "ews.state"
        self.ews = FakeEws()
        self.httpd = Httpd(self.ews, authority.server())
        self.settings = EwsSettings(
            mailbox=MAILBOX,
            username=USER,
            password=PASSWORD,
            endpoint=f"{self.httpd.url}/EWS/Exchange.asmx",
            auth="basic",
            ca_file=authority.ca_file,
            timeout_seconds=5,
            per_minute=0,
        )
        self.reopen()

    def reopen(self) -> None:
        exchangelib.close_connections()
        self.mailbox = self.sender = EwsMailbox(self.settings, StateFile(self.state))

    def close(self) -> None:
        exchangelib.close_connections()
        self.httpd.stop()

    def arrive(self, raw: bytes, junk: bool = False) -> None:
        self.ews.arrive(raw, "junkemail" if junk else "inbox")

    def inbox(self) -> list[bytes]:
        return [item.raw for item in self.ews.in_folder("inbox")]

    def filed(self, place: Place) -> list[bytes]:
        return [item.raw for item in self.ews.in_folder(place.value.title())]

    def sent(self) -> list[bytes]:
        return self.ews.left

    def drafts(self) -> list[bytes]:
        return [item.raw for item in self.ews.in_folder("drafts")]

    def people_read_everything(self) -> None:
        for item in self.ews.in_folder("inbox"):
            item.read = True
            self.ews._note(item.folder, item.id, True)

    def a_person_removes_one(self) -> None:
        self.ews.remove(self.ews.in_folder("inbox")[0])

    def a_person_removes_the_drafts(self) -> None:
        for item in self.ews.in_folder("drafts"):
            self.ews.remove(item)

    def a_person_deletes_our_folder(self) -> None:
        self.ews.folders = {ref: found for ref, found in self.ews.folders.items() if found[0] != "Processed"}

    def away(self) -> AbstractContextManager[None]:
        return self.httpd.away()
