"""Mails and documents damaged at random: each gets a verdict in time, none makes the reader raise or approves.

``MUTATED_MAILS`` and ``MUTATED_FILES`` say how many (the gate: 10,000 and 1,000), ``MUTATED_SEED`` which ones.
"""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pytest

from bot.core.decision import Word
from bot.core.model import Reading
from bot.mail.parse import parse_message
from bot.mail.prescan import prescan
from bot.sections.files import judge_file
from bot.sections.form import request_from_mail
from bot.sections.intake import judge_mail
from bot.sections.reading import read_reply
from tests.bench.judging import circle_of, own_id
from tests.hostile.mails import EDITOR, WORLD, all_mails
from tests.hostile.packages import all_files, zipped

MAILS = int(os.environ.get("MUTATED_MAILS", "1000"))
FILES = int(os.environ.get("MUTATED_FILES", "200"))
SEED = int(os.environ.get("MUTATED_SEED", "20250801"))
SHARES = 2  # so that two workers share the mails
SECONDS = 5.0  # of CPU, for one mail or file
LONGEST = 20_000  # bytes of a mail that is damaged: the huge ones are judged by their size alone
VERDICTS = {"accept", "reject", "quarantine", "sanitize", "ignore"}
CIRCLE, OWN = circle_of(WORLD), own_id(WORLD)
DATA = Path(__file__).parents[1] / "data" / "mail"

PIECES = (
    b"\r\n", b"\n\n", b"\n ", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"--", b"--b--\n", b'"', b"\\", b"(", b"<", b">",
    b"From: ", b"\nFrom: editor@council.example.org\n", b"\nReply-To: editor@council.example.org\n", b"\nSender: x\n",
    b"\nContent-Type: multipart/mixed; boundary=b\n\n--b\n", b"\nContent-Type: message/rfc822\n\n", b",", b"=\n",
    b"\nContent-Transfer-Encoding: base64\n", b"\nContent-Transfer-Encoding: quoted-printable\n", b"charset=utf-16",
    b"filename*0*=utf-8''%ff", b"\nAuthentication-Results: mx.council.example.org; dmarc=pass header.from=x\n",
    b"=?utf-8?b?w?=", b"APPROVE\n", b"HOLD\n", b"> ", b"<style>*{display:none}</style>", b"<blockquote>", b"<p hidden>",
    b"[F1]", b"[/F1]", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"{{ 7*7 }}", b"<!DOCTYPE x>", b"begin 644 x\n",
    b"{\\rtf1\\fromhtml", b"PK\x03\x04",
)  # fmt: skip
HOSTILE = [case.raw for case in all_mails() if len(case.raw) < LONGEST]
GOOD = [case.raw for case in all_mails() if len(case.raw) < LONGEST and case.must in ("accept", "sanitize")]
REPLIES = [raw for path in sorted(DATA.glob("*.eml")) if len(raw := path.read_bytes()) < LONGEST]
EVERY = [*HOSTILE, *REPLIES]
REQUEST = request_from_mail((DATA / "request.eml").read_bytes())
FILE_SEEDS = [case for case in all_files() if not case.name.endswith(".html") and len(case.data) < LONGEST]


def damaged(raw: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """The bytes with one to eight accidents: flipped, cut, repeated, moved, spliced, filled with trouble."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        length = min(chance.choice((1, 2, 8, 60, 400)), len(data) - at)
        kind = chance.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length] * chance.choice((1, 3, 30))
        elif kind == 3:
            piece = bytes(data[at : at + length])
            del data[at : at + length]
            to = chance.randrange(len(data) + 1)
            data[to:to] = piece
        elif kind == 4:
            other = chance.choice(others)
            begin = chance.randrange(len(other) + 1)
            data[at : at + length] = other[begin : begin + 200]
        elif kind == 5:
            data[at:at] = chance.choice(PIECES)
        else:
            data[at:at] = chance.randbytes(length)
    return bytes(data)


def damaged_inside(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """The same inside one member of a package, which is whole around it; other files are damaged as they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError):
        return damaged(data, chance, others)
    chosen = chance.choice(sorted(parts))
    return zipped({**parts, chosen: damaged(bytes(parts[chosen]), chance, [*parts.values()])})  # type: ignore[arg-type,list-item]


def judged(raw: bytes, which: str) -> str:
    """The verdict on a mail; an approval must be the editor's own."""
    found = judge_mail(raw, CIRCLE, OWN)
    assert found.code, which
    approved = found.code == "command" and found.command is not None and found.command.word is Word.APPROVE
    assert not approved or (found.author == EDITOR and one_from(raw)), which
    return found.verdict


def read(raw: bytes) -> str:
    """A lead's reply, read for its section whoever sent it: the reading can be kept in the store."""
    if prescan(raw):
        return "reject"
    reading = read_reply(parse_message(raw), REQUEST)
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
    return "read"


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_no_damaged_mail_makes_it_raise_hang_or_approve(share: int, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED + share)
    seen: Counter[str] = Counter()
    slowest = 0.0
    for number in range(MAILS // SHARES):
        seeds = (HOSTILE, GOOD, REPLIES)[number % 3]
        raw = damaged(chance.choice(seeds), chance, EVERY)
        began = time.process_time()
        verdict = read(raw) if seeds is REPLIES else judged(raw, f"seed {SEED + share}, mail {number}")
        slowest = max(slowest, time.process_time() - began)
        seen[verdict] += 1
    with capsys.disabled():
        print(f"\n{MAILS // SHARES:,} mails, slowest {slowest:.2f} s, {dict(seen)}")  # noqa: T201 - the counts are it
    assert seen.keys() <= {*VERDICTS, "read"}
    assert slowest < SECONDS
    assert len(seen) >= 5  # they are not all refused at the door


def one_from(raw: bytes) -> bool:
    """Whether the header has one From field, however it is spelt, and the editor's address in it alone."""
    head = raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
    fields = [line for line in head.split(b"\n") if line.lower().startswith(b"from")]
    return len(fields) == 1 and fields[0].count(b"@") == 1 and EDITOR.encode() in fields[0].lower()


@pytest.mark.slow
def test_no_damaged_document_makes_it_raise_or_hang(capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    others = [case.data for case in FILE_SEEDS]
    seen: Counter[str] = Counter()
    slowest = 0.0
    for number in range(FILES):
        case = chance.choice(FILE_SEEDS)
        data = (damaged if number % 2 else damaged_inside)(case.data, chance, others)
        began = time.process_time()
        found = judge_file(case.name, data)
        slowest = max(slowest, time.process_time() - began)
        seen[found.verdict] += 1
        assert bool(found.findings) == (found.verdict != "accept")
    with capsys.disabled():
        print(f"\n{FILES:,} documents, slowest {slowest:.2f} s, {dict(seen)}")  # noqa: T201 - the counts are it
    assert seen.keys() <= VERDICTS
    assert slowest < SECONDS
    assert len(seen) >= 3


def test_the_accidents_are_many_and_can_be_repeated() -> None:
    made = {damaged(EVERY[0], random.Random(n), EVERY) for n in range(200)}
    assert len(made) > 195
    assert damaged(EVERY[0], random.Random(5), EVERY) in made
