"""A Dovecot of our own on loopback, without root's rights, and a proxy that breaks lines.

Any user may log in with the test password (so each test takes a user of its own) or with a token signed by the test
key. Dovecot refuses to run as root: then it runs as nobody.
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.transports.certs import Authority
from tests.transports.relay import Relay, free_port

PASSWORD = "imap-test-password"
KEY = b"jwt-secret-of-the-test-that-is-long-enough"
PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"

_CONFIG = """
base_dir = {d}/run
state_dir = {d}/state
instance_name = bulletin-test-{port}
log_path = {d}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{d}/server.pem
ssl_key = <{d}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{d}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
imap_capability = {capability}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {d}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={d}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
"""


def installed() -> bool:
    """Whether Dovecot 2.3 is here (2.4 has another language of configuration)."""
    if not os.access(PROGRAM, os.X_OK):
        return False
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    return said.startswith("2.3.")


class Dovecot:
    """Started when made; ``port`` speaks IMAP (with STARTTLS), ``tls_port`` IMAP over TLS."""

    def __init__(self, authority: Authority, capability: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bulletin-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        as_root = os.geteuid() == 0
        user, group = ("nobody", "nogroup") if as_root else (_name(os.geteuid()), _group(os.getegid()))
        uid, gid = (65534, 65534) if as_root else (os.geteuid(), os.getegid())
        for part in ("run", "state", "mail", "keys/default/HS256"):
            (self.folder / part).mkdir(parents=True)
        cert, key = authority.files()
        shutil.copy(cert, self.folder / "server.pem")
        shutil.copy(key, self.folder / "server.key")
        (self.folder / "keys/default/HS256/default").write_bytes(base64.b64encode(KEY))
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={self.folder}/keys/\n"
            "username_attribute = sub\n"
        )
        config = _CONFIG.format(
            d=self.folder, port=self.port, tls_port=self.tls_port, user=user, group=group, uid=uid, gid=gid,
            password=PASSWORD, capability=capability,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(config.replace("imap_capability = \n", ""))
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        if as_root:
            subprocess.run(["chown", "-R", "nobody:nogroup", str(self.folder)], check=True)
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                if line.recv(64).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise RuntimeError("Dovecot did not start: " + (self.folder / "dovecot.log").read_text()[-2000:])

    def stop(self) -> None:
        """Stop it and take its folder away."""
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)


def _name(uid: int) -> str:
    import pwd

    return pwd.getpwuid(uid).pw_name


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


class Proxy(Relay):
    """A line to a server on loopback that can be cut: ``away()``, or after so many bytes from the server."""

    def __init__(self, target: int) -> None:
        self.cut_after: int | None = None  # bytes from the server, then the line is cut (once)
        self.silent = False  # nothing comes from the server
        super().__init__(target)

    def carry(self, near: socket.socket, far: socket.socket) -> None:
        """Both ways, byte for byte."""
        threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
        threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                while from_server and self.silent:
                    time.sleep(0.01)
                if from_server and self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        break
                target.sendall(data)
        self.end(source, target)
