"""The small bricks of the transports: state on disk, waiting, log-in guard, header records, what is loaded when."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, LoginFailed, Refused, Unavailable
from bot.transports import tls
from bot.transports.headers import (
    fields,
    for_header_senders,
    split,
    suppressed_replies,
    value_of,
    wire_lines,
    with_transport_headers,
)
from bot.transports.imap_session import SaidNo
from bot.transports.limits import DEFAULT_WAIT, LOGIN_INTERVAL, LONGEST_WAIT, LoginGuard, Pace, Throttled, Waiting
from bot.transports.limits import retry_after as seconds_of
from bot.transports.pending import WHOLE_LIST_EVERY, Change, Pending
from bot.transports.quiet import quieten
from bot.transports.report import newest_mail
from bot.transports.smtp_session import clock_difference
from bot.transports.statefile import StateFile
from tests.transports.contract import mail, nothing_known, staged


class Clock:
    """A clock that is set by hand."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


# ------------------------------------------------------------------------------------------------ state on disk


def test_state_survives_a_restart(tmp_path: Path) -> None:
    StateFile(tmp_path / "a" / "state").put(cursor="x", count=2)
    again = StateFile(tmp_path / "a" / "state")
    assert (again.text("cursor"), again.number("count")) == ("x", 2)


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b'{"cursor": {"a": 1}}', b"\xff\xfe", b'{"cursor": null}'])
def test_a_broken_state_is_an_empty_one(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "state").write_bytes(broken)
    state = StateFile(tmp_path / "state")
    assert state.text("cursor") == ""
    state.put(cursor="y")
    assert StateFile(tmp_path / "state").text("cursor") == "y"


def test_a_disk_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    state = StateFile(tmp_path / "file" / "state")
    state.put(cursor="x")
    assert state.text("cursor") == "x"


# ------------------------------------------------------------------------------------------------------ waiting


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        ("0", 1.0),
        ("-5", 1.0),
        ("999999", LONGEST_WAIT),
        ("nan", DEFAULT_WAIT),
        ("soon", DEFAULT_WAIT),
        (None, DEFAULT_WAIT),
        ("Mon, 12 Jan 1970 13:48:40 GMT", 120.0),
        ("Mon, 12 Jan 1970 13:48:40", 120.0),
        ("Mon, 32 Jan 1970 13:48:40 GMT", DEFAULT_WAIT),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float) -> None:
    assert seconds_of(value, 1_000_000.0) == seconds


def test_a_wait_ends_by_itself() -> None:
    clock = Clock()
    waiting = Waiting(clock)
    waiting.ask(90)
    with pytest.raises(Throttled) as told:
        waiting.check()
    assert "90 seconds" in told.value.hint
    clock.now += 91
    assert waiting.check() is None


def test_the_pace_lets_go_on_when_the_minute_is_over() -> None:
    clock = Clock()
    pace = Pace(2, clock)
    for _ in range(2):
        pace.check()
        pace.count()
    with pytest.raises(Throttled):
        pace.check()
    clock.now += 60.1
    assert pace.check() is None


# --------------------------------------------------------------------------------------------------- log-in guard


def test_a_refused_log_in_rests_after_three_attempts_over_restarts(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(3):
        guard = LoginGuard(StateFile(tmp_path / "state"), "imap", "user\nsecret", clock)
        guard.check()
        guard.refused()
    guard = LoginGuard(StateFile(tmp_path / "state"), "imap", "user\nsecret", clock)
    with pytest.raises(LoginFailed) as told:
        guard.check()
    assert "30 minutes" in told.value.hint
    clock.now += LOGIN_INTERVAL + 1
    assert guard.check() is None
    guard.refused()
    with pytest.raises(LoginFailed):
        guard.check()
    guard.accepted()
    assert guard.check() is None


def test_a_new_password_is_tried_at_once_and_none_is_kept(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state")
    guard = LoginGuard(state, "imap", "user\nhorse-battery", Clock())
    for _ in range(3):
        guard.refused()
    assert LoginGuard(state, "imap", "user\nother", Clock()).check() is None
    assert "horse" not in (tmp_path / "state").read_text()


# -------------------------------------------------------------------------------------------------------- pending


def test_the_whole_list_is_read_once_a_day() -> None:
    clock, state = Clock(), StateFile()
    pending = Pending(state, "inbox", clock)
    pending.add([Change("a")], "c1", whole=True)
    assert list(pending.unknown({"a"}.__contains__)) == []
    assert pending.due_cursor() == "c1"
    clock.now += WHOLE_LIST_EVERY + 1
    assert pending.due_cursor() == ""


def test_the_cursor_on_disk_waits_for_the_store() -> None:
    state = StateFile()
    pending = Pending(state, "inbox", Clock())
    pending.add([Change("b", "2"), Change("a", "1")], "c1", whole=True)
    assert list(pending.unknown(nothing_known)) == ["a", "b"]
    assert state.text("inbox.cursor") == ""
    assert list(pending.unknown({"a", "b"}.__contains__)) == []
    assert state.text("inbox.cursor") == "c1"


def test_it_is_known_whether_the_last_answer_was_the_whole_list() -> None:
    pending = Pending(StateFile(), "inbox", Clock())
    assert pending.whole is None
    for whole in (True, False):
        pending.add([], "c1", whole=whole)
        assert pending.whole is whole


def test_a_mail_that_fails_comes_last_and_is_then_tried_once_a_day_only() -> None:
    state = StateFile()
    pending = Pending(state, "inbox", Clock())
    pending.add([Change("a", "1"), Change("b", "2")], "c1", whole=True)
    for _ in range(2):
        with pytest.raises(Unavailable):
            pending.failed("a", Unavailable("No answer."))
        assert list(pending.unknown(nothing_known)) == ["b", "a"]
    assert pending.failed("a", Unavailable("No answer.")).code == "mail-unreadable"
    assert list(pending.unknown({"b"}.__contains__)) == []
    assert state.text("inbox.cursor") == "c1"
    pending.add([Change("a", "1"), Change("b", "2")], "c2", whole=True)
    assert list(pending.unknown({"b"}.__contains__)) == ["a"]
    assert pending.failed("a", Unavailable("No answer.")).code == "mail-unreadable"  # one attempt, no alarm
    assert list(pending.unknown({"b"}.__contains__)) == []
    assert state.text("inbox.cursor") == "c2"


# -------------------------------------------------------------------------------------------------------- headers

RECORD = fields(
    b"Received: from a by b;\r\n today\r\nFrom: lead1@council.example.org\r\nX-Mailer: X\r\nContent-Type: text/html"
)


def test_who_sent_it_counts_from_the_record_alone() -> None:
    forged = b"Authentication-Results: mx; dmarc=pass\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n" + mail(1)
    merged = with_transport_headers(forged, RECORD)
    head, body = split(merged)
    names = [name for name, _ in fields(head)]
    assert b"authentication-results" not in names
    assert b"x-ms-exchange-organization-authas" not in names
    assert names.count(b"from") == names.count(b"content-type") == 1
    assert value_of(merged, "Content-Type") == "text/plain; charset=utf-8"
    assert value_of(merged, "Subject") == "Reply 1"
    assert body == split(mail(1))[1]


def test_without_a_record_the_mail_stands() -> None:
    assert with_transport_headers(mail(1), []) == mail(1)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.lists(st.tuples(st.binary(max_size=10), st.binary(max_size=40)), max_size=4))
def test_merging_never_raises_and_keeps_the_body(raw: bytes, record: list[tuple[bytes, bytes]]) -> None:
    merged = with_transport_headers(raw, record)
    assert merged.endswith(split(raw)[1])


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_wire_lines_end_in_crlf_and_nothing_else(raw: bytes) -> None:
    wire = wire_lines(raw)
    bare = wire.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    assert wire_lines(wire) == wire


def test_a_server_without_envelope_sends_to_nobody_else() -> None:
    for header in (b"Cc: b@district.example", b"Bcc: b@district.example", b"To: b@district.example"):
        odd = staged(1).model_copy(update={"mail": header + b"\r\n" + staged(1).mail})
        with pytest.raises(Refused):
            for_header_senders(odd)
    assert for_header_senders(staged(1)) == staged(1).mail


@pytest.mark.parametrize(("text", "bits"), [("OOF, AutoReply", 0x30), ("All", 0x3F), ("DR", 1), ("odd", 0), ("", 0)])
def test_suppression_is_read_as_outlooks_bits(text: str, bits: int) -> None:
    assert suppressed_replies(f"X-Auto-Response-Suppress: {text}\r\n\r\n".encode()) == bits


# ------------------------------------------------------------------------------------------------ TLS, log, loading


def test_a_broken_authority_file_is_a_fault_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for file in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigError):
            tls.context(file)


def test_libraries_that_log_whole_mails_are_quiet() -> None:
    quieten()
    assert not logging.getLogger("exchangelib.util").isEnabledFor(logging.CRITICAL)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


def test_heavy_libraries_load_only_when_they_are_used() -> None:
    code = (
        "import sys, bot.transports.graph, bot.transports.ews, bot.transports.imap_smtp;"
        "print(sorted({'httpx', 'msal', 'exchangelib', 'requests', 'imapclient', 'lxml'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "code"),
    [("[OVERQUOTA] Quota exceeded", "mailbox-full"), ("select failed: [NOPERM] no", "no-rights"), ("no", "imap-no")],
)
def test_a_no_of_the_server_says_what_to_do(text: str, code: str) -> None:
    told = SaidNo("The mail could not be filed", text)
    assert told.code == code
    assert told.message.startswith("The mail could not be filed: ")
    assert told.hint


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-11-25T10:00:00Z", "2 hours ago (2026-11-25 10:00 UTC)"),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), "1 day ago"),
        ("yesterday", "does not say"),
        (None, "does not say"),
    ],
)
def test_the_age_of_the_newest_mail_is_said_in_plain_units(at: object, says: str) -> None:
    assert says in newest_mail(at, datetime(2026, 11, 25, 12, 0, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("greeting", "known"),
    [
        (b"EX01 Microsoft ESMTP MAIL Service ready at Wed, 25 Nov 2026 13:00:00 +0000", True),
        (b"mx ESMTP Postfix", False),
        (b"ready at Mon, 31 Feb 2026 13:00:00 +0000", False),
    ],
)
def test_a_servers_clock_is_read_from_its_greeting(greeting: bytes, known: bool) -> None:
    assert (clock_difference(greeting) is not None) is known
