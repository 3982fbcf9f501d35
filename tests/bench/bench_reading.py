"""How fast a reply is read, as ratios within one run, beside a bare parse and the libraries that people use.

``rows()`` gives (name, seconds, name of the baseline, its seconds), CPU time on one core, the best of several runs.
Bounds (``BOUNDS``): a text reply of 5 kB and an Outlook reply of 50 kB take at most four times the bare parse; ten
times the text takes at most twelve times the time; a mail of 36 MB is read in a process of its own, in at most 3 s and
250 MB (that row's "seconds" are megabytes). The libraries (both MIT) are measured when they are installed.
"""

from __future__ import annotations

import email
import email.policy
import importlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import lxml.html

from bot.mail.parse import parse_message
from bot.sections.form import Request, request_from_mail
from bot.sections.reading import read_reply

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "mail"
BOUNDS = {
    "text reply 5 kB": 4.0,
    "Outlook reply 50 kB": 4.0,
    "text 5 MB": 12.0,
    "mail of 36 MB": 1.0,
    "mail of 36 MB, megabytes": 1.0,
}
HUGE = 36_000_000  # bytes of MIME
HUGE_SECONDS, HUGE_MEGABYTES = 3.0, 250.0
_IN_A_CHILD = """
import re, sys, time
from pathlib import Path
from bot.mail.parse import parse_message
from bot.mail.prescan import prescan
from bot.sections.form import request_from_mail
from bot.sections.reading import read_reply

request = request_from_mail(Path(sys.argv[2]).read_bytes())
start = time.process_time()
raw = Path(sys.argv[1]).read_bytes()
assert not prescan(raw)
reading = read_reply(parse_message(raw), request)
assert reading.blocks and reading.attachments
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # getrusage counts the parent's, too
print(time.process_time() - start, int(peak[1]) / 1024)
"""
_STORY = (
    "We held a drop-in at the library about burglary and bicycle theft; thirty people came and left\n"
    "their names for the watch scheme, which starts on {} October at the market.\n\n"
)
_WORD = (
    '<p class="MsoListParagraph" style="margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level{level} lfo1">'
    '<![if !supportLists]><span style="font-family:Symbol"><span style=\'mso-list:Ignore\'>·<span style="font:7.0pt">'
    '&nbsp;&nbsp; </span></span></span><![endif]><span style="mso-fareast-language:EN-US">'
    "Point {level} of the <b>plan</b>, see "
    '<a href="https://www.council.example.org/plan/{level}"><span>the plan</span></a>.<o:p></o:p></span></p>\n'
)


def _mail(text: str | None, html: str | None) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Sam Green <sam.green@police.example.org>"
    mail["To"] = "CCSU bulletin <bulletin@council.example.org>"
    mail["Subject"] = "RE: Hate Crime: CCSU RAG update August 2025"
    mail["Date"] = "Mon, 04 Aug 2025 10:12:43 +0100"
    mail["Message-ID"] = "<bench@police.example.org>"
    mail.set_content(text or "see the formatted text")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def text_reply(size: int, request: Request) -> bytes:
    """A reply of about ``size`` bytes with the request quoted below it."""
    quoted = "".join(f"> {line}\n" for line in dict.fromkeys(request.lines))
    head, tail = (
        "Hi,\n\n",
        "- first point\n- second point https://www.council.example.org/x\n\n"
        "Kind regards\n\nSam Green\n01632 960482\n\n",
    )
    room = max(1, (size - len(quoted) - len(tail)) // len(_STORY))
    stories = "".join(_STORY.format(number % 28 + 1) for number in range(room))
    attribution = "On Fri, 1 Aug 2025 at 09:00, CCSU bulletin <bulletin@council.example.org> wrote:\n\n"
    return _mail(f"{head}{stories}{tail}{attribution}{quoted}", None)


def outlook_reply(size: int, request: Request) -> bytes:
    """A Word-made reply of about ``size`` bytes."""
    quoted = "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>\n" for line in dict.fromkeys(request.lines))
    header = (
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>'
        "<b>From:</b> CCSU bulletin &lt;bulletin@council.example.org&gt;<br>"
        "<b>Sent:</b> 01 August 2025 09:00<br><b>To:</b> Sam Green<br><b>Subject:</b> Hate Crime</p></div>"
    )
    items = "".join(_WORD.format(level=number % 3 + 1) for number in range(max(1, (size - len(quoted)) // len(_WORD))))
    return _mail(
        None,
        f"<html><body><div class=WordSection1>{items}<p>Kind regards</p><p>Sam</p>{header}{quoted}</div></body></html>",
    )


def huge_reply(size: int, request: Request) -> bytes:
    """A text reply with a file (a PDF, which is set aside) of about ``size`` bytes of MIME."""
    mail = email.message_from_bytes(text_reply(5_000, request), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    data = b"%PDF-1.7\n" + random.Random(1).randbytes(size * 73 // 100)
    mail.add_attachment(data, maintype="application", subtype="pdf", filename="report.pdf")
    return mail.as_bytes()


def _huge(request: Request) -> tuple[float, float]:
    """CPU seconds and megabytes at the most, of a process that reads a mail of 36 MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "huge.eml"
        path.write_bytes(huge_reply(HUGE, request))
        command = [sys.executable, "-c", _IN_A_CHILD, str(path), str(DATA / "request.eml")]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _best(call: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def _bare(raw: bytes, kind: str) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["subject"]
    assert message["from"]
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def _bare_html(raw: bytes) -> object:
    return lxml.html.fromstring(_bare(raw, "html"))


def _library(module: str) -> Callable[[str], object] | None:
    """A library's reading of a text, or None when it is not installed."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        return None
    if module == "mailparser_reply":
        reader = found.EmailReplyParser(languages=["en", "de", "fr", "nl", "es", "it", "da", "sv", "pl"])
        return lambda text: reader.parse_reply(text=text)
    quote: Callable[[str], object] = found.quote
    return quote


def rows() -> Iterator[tuple[str, float, str, float]]:
    """(name, seconds, name of the baseline, its seconds)."""
    request = request_from_mail((DATA / "request.eml").read_bytes())
    small, page = text_reply(5_000, request), outlook_reply(50_000, request)
    bare = _best(lambda: _bare(small, "plain"), 30)
    yield "text reply 5 kB", _best(lambda: read_reply(parse_message(small), request), 30), "bare email parse", bare
    parsed = _best(lambda: _bare_html(page), 10)
    yield (
        "Outlook reply 50 kB",
        _best(lambda: read_reply(parse_message(page), request), 10),
        "bare email + lxml.html",
        parsed,
    )
    half, whole = text_reply(500_000, request), text_reply(5_000_000, request)
    tenth = _best(lambda: read_reply(parse_message(half), request), 3)
    yield "text 5 MB", _best(lambda: read_reply(parse_message(whole), request), 1), "text 500 kB", tenth
    seconds, megabytes = _huge(request)
    yield "mail of 36 MB", seconds, "the bound", HUGE_SECONDS
    yield "mail of 36 MB, megabytes", megabytes, "the bound", HUGE_MEGABYTES
    text = _bare(small, "plain")
    for module, name in (("mailparser_reply", "mail-parser-reply"), ("quotequail", "quotequail")):
        if (library := _library(module)) is not None:
            ours = _best(lambda: read_reply(parse_message(small), request), 10)
            yield f"text reply 5 kB beside {name}", ours, name, _best(lambda call=library: call(text), 10)  # type: ignore[misc]


if __name__ == "__main__":
    for row_name, seconds, baseline, base in rows():
        sys.stdout.write(
            f"{row_name:40} {seconds * 1e3:8.2f} ms  {seconds / base:5.1f} x {baseline} ({base * 1e3:.2f} ms)\n"
        )
