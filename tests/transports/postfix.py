"""A Postfix of our own on loopback, for one real delivery: TLS in, a Maildir out, everything below one folder.

Postfix is started by root only; its parts then work as the user that the Debian package made. Nothing of the machine's
own Postfix is used or changed, and no name service is asked.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.transports.certs import Authority
from tests.transports.relay import free_port

PROGRAM = shutil.which("postfix") or "/usr/sbin/postfix"
DOMAIN = "council.example.org"
GONE = f"gone@{DOMAIN}"  # forwarded to a mailbox that is not there, so it is taken in and sent back

_MAIN = """
compatibility_level = 3.6
myhostname = mx.{domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {d}/postfix.log
maillog_file_prefixes = {d}
smtpd_tls_chain_files = {d}/server.key, {d}/server.pem
smtpd_peername_lookup = no
smtp_host_lookup = native
disable_dns_lookups = yes
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = texthash:{d}/readers
virtual_alias_maps = inline:{{ {{ {gone} = left@{domain} }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit
message_size_limit = 10000000
virtual_mailbox_limit = 0
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_security_level=encrypt
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def usable() -> bool:
    """Whether Postfix is here and may be started."""
    return os.access(PROGRAM, os.X_OK) and os.geteuid() == 0


class Postfix:
    """Started when made; ``port`` speaks SMTP over TLS and asks for no log-in."""

    def __init__(self, authority: Authority) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bulletin-postfix-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        for part in ("etc", "spool", "data", "mail"):
            (self.folder / part).mkdir()
        shutil.chown(self.folder / "data", "postfix", "postfix")
        shutil.chown(self.folder / "mail", "nobody", "nogroup")
        cert, key = authority.files()
        shutil.copy(cert, self.folder / "server.pem")
        shutil.copy(key, self.folder / "server.key")
        names = ("reader1", "reader2", "rag.update")
        (self.folder / "readers").write_text("".join(f"{name}@{DOMAIN} {name}/\n" for name in names))
        values = {"d": self.folder, "domain": DOMAIN, "port": self.port, "uid": 65534, "gid": 65534,
                  "gone": GONE}  # fmt: skip
        (self.folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
        (self.folder / "etc" / "master.cf").write_text(_MASTER.format(**values))
        self._command("start")
        self._wait()

    def _command(self, word: str) -> None:
        environment = {**os.environ, "MAIL_CONFIG": str(self.folder / "etc")}
        done = subprocess.run([PROGRAM, "-c", str(self.folder / "etc"), word], env=environment,
                              capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"postfix {word}: {done.stderr[-1000:]} {self.log()[-2000:]}")

    def log(self) -> str:
        """What Postfix wrote down."""
        file = self.folder / "postfix.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def _wait(self) -> None:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2):
                return
            time.sleep(0.05)
        raise RuntimeError("Postfix did not start: " + self.log()[-2000:])

    def delivered(self, name: str, seconds: float = 20) -> list[bytes]:
        """The mails in the Maildir of ``name``, waited for until there is one or the time is over."""
        new = self.folder / "mail" / name / "new"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = sorted(new.iterdir()) if new.is_dir() else []
            if found:
                return [path.read_bytes() for path in found]
            time.sleep(0.05)
        return []

    def stop(self) -> None:
        """Stop it and take its folder away."""
        with suppress(RuntimeError, subprocess.TimeoutExpired):
            self._command("stop")
        shutil.rmtree(self.folder, ignore_errors=True)
