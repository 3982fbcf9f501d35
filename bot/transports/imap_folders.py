"""Folders of an IMAP mailbox: where the server keeps them, and making ours when they are not there."""

from __future__ import annotations

import imaplib
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imapclient import IMAPClient


class ImapFolders:
    """Names of the folders on the server. What is found is kept until ``forget``."""

    def __init__(self, junk: str = "", sent: str = "") -> None:
        self._wanted = {"junk": junk, "sent": sent}
        self._found: dict[str, str] = {}
        self._made: set[str] = set()

    def forget(self) -> None:
        """A person may have deleted or renamed a folder: look again."""
        self._found.clear()
        self._made.clear()

    def junk(self, client: IMAPClient) -> str:
        """The server's Junk folder, or "" when it has none."""
        return self._special(client, "junk", b"\\Junk")

    def sent(self, client: IMAPClient) -> str:
        """The server's Sent folder; made when it is not there."""
        return self._special(client, "sent", b"\\Sent") or self.own(client, "Sent")

    def own(self, client: IMAPClient, name: str) -> str:
        """The full name of one of our folders, made (and shown in mail clients) when it is not there."""
        full = self._full(client, name)
        if full not in self._made:
            if not client.folder_exists(full):
                try:
                    client.create_folder(full)
                except imaplib.IMAP4.error:
                    if not client.folder_exists(full):  # somebody else may just have made it
                        raise
                with suppress(imaplib.IMAP4.error):
                    client.subscribe_folder(full)
            self._made.add(full)
        return full

    def _special(self, client: IMAPClient, name: str, flag: bytes) -> str:
        if name not in self._found:
            wanted = self._wanted[name]
            self._found[name] = self._full(client, wanted) if wanted else str(client.find_special_folder(flag) or "")
        return self._found[name]

    def _full(self, client: IMAPClient, name: str) -> str:
        """A name with the server's prefix ("INBOX." on some) and separator in place of "/"."""
        prefix, separator = "", "/"
        if client.has_capability("NAMESPACE"):
            personal = client.namespace().personal
            if personal:
                prefix, separator = (str(part or "") for part in personal[0][:2])
        full = name.replace("/", separator) if separator else name
        return full if full.startswith(prefix) else prefix + full
