"""Feeds one bench file to the product's own judgement, as its manifest says: mails as they are, templates to the
template loader, files as the only attachment (HTML: as the body) of a valid reply of the first owner."""

from __future__ import annotations

import io
import re
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bot.core.keys import normalise_token, token_hash
from bot.mail.authenticity import TrustProfile
from bot.sections.intake import Circle, Judgement, TokenFact, judge_mail
from tests.bench.publishing import published

# Message-ID -> (digest, path): what this process was fed before, for the files that come "after" others.
_SEEN: dict[str, tuple[str, str]] = {}


def judge(path: str | Path, world: dict[str, Any]) -> dict[str, Any]:
    """The verdict of the product on one file: verdict, reason, outputs."""
    path = Path(path)
    data = path.read_bytes()
    if re.match(r"t\d", path.name):
        return judge_template(data)
    raw = data if path.suffix == ".eml" else wrapped(path.name, data, world)
    judged = judge_mail(raw, circle_of(world, str(path)), own_id(world))
    if judged.message_id and judged.verdict != "ignore":
        _SEEN[judged.message_id] = (judged.digest, str(path))
    outputs: list[str] = []
    if judged.code not in ("command", "bounce") and judged.verdict in ("accept", "sanitize"):
        theme = next(name for name, address in world["owners"].items() if address == judged.author)
        outputs = published(raw, theme, world["issue"])
    return {"verdict": judged.verdict, "reason": _reason(judged), "code": judged.code, "outputs": outputs}


def _reason(judged: Judgement) -> str:
    return f"{judged.code}: {' '.join(judged.reasons)}"


def judge_template(data: bytes) -> dict[str, Any]:
    """The template loader's word on a Word template. The bench's are fragments without styles or the required name,
    so their paragraphs are put into the project's own template first, as files are put into a mail."""
    from bot.errors import BotError
    from bot.render.template import check_template

    try:
        check_template(_grafted(data))
    except BotError as error:
        return {"verdict": "reject", "reason": f"{error.code}: {error}", "code": error.code, "outputs": []}
    return {"verdict": "accept", "reason": "template: it can be used.", "code": "template", "outputs": []}


def _grafted(data: bytes) -> bytes:
    """The fragment's paragraphs in the body of the project's template. What cannot be opened is given as it is."""
    import docx

    from bot.errors import InputError
    from bot.sections.gate import check_package

    try:
        check_package(data)
        fragment = docx.Document(io.BytesIO(data))
    except (InputError, KeyError, ValueError, OSError):
        return data
    whole = docx.Document(str(Path(__file__).parents[2] / "templates" / "bulletin.docx"))
    body = whole.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    if "{{ sections }}" not in "\n".join(paragraph.text for paragraph in fragment.paragraphs):
        whole.add_paragraph("{{ sections }}")
    for element in list(fragment.element.body)[:-1]:
        body.insert(0, element)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def own_id(world: dict[str, Any]) -> Any:
    """Is a Message-ID one of the bot's own? The bench writes them ``bul.<...>@domain``."""
    domain = world["bot"].rpartition("@")[2]
    return lambda message_id: message_id.startswith("bul.") and message_id.endswith(f"@{domain}")


def circle_of(world: dict[str, Any], path: str = "") -> Circle:
    """The bench's world in the product's words."""
    tokens: dict[str, TokenFact] = {}

    def know(token: str, fact: TokenFact) -> None:
        if normalise_token(token):
            tokens[token_hash(token)] = fact

    know(world["current_draft_token"], TokenFact(person=world["editor"], purpose="decision"))
    for name, token in world.items():
        if name.startswith("superseded"):
            know(token, TokenFact(person=world["editor"], purpose="decision", alive=False))
    for theme, address in world["owners"].items():
        know(world[f"{theme.lower()}_token"], TokenFact(person=address, purpose="section"))
    return Circle(
        bot=world["bot"],
        editors=frozenset((world["editor"],)),
        leads=frozenset(world["owners"].values()),
        trust=TrustProfile(kind="authserv", authserv_id=world["our_authserv_id"]),
        tokens=tokens,
        seen={message_id: digest for message_id, (digest, where) in _SEEN.items() if where != path},
        now=datetime.fromisoformat(world["clock"]),
        themes={theme.lower(): theme for theme in world["owners"]},
    )


def wrapped(name: str, data: bytes, world: dict[str, Any]) -> bytes:
    """A valid, authenticated reply of the first owner that brings the file."""
    theme, address = next(iter(world["owners"].items()))
    domain, server = address.rpartition("@")[2], world["our_authserv_id"]
    mail = EmailMessage()
    mail["From"], mail["To"] = address, world["bot"]
    mail["Subject"] = (
        f"Re: [Bulletin {world['issue']}] {theme}: your section please [{world[f'{theme.lower()}_token']}]"
    )
    mail["Date"] = "Mon, 23 Nov 2026 09:14:58 +0000"
    mail["Message-ID"] = f"<wrap-{name}@client.example.org>"
    if name.endswith(".html"):
        mail.set_content("placeholder")
        mail.set_payload(data, "utf-8")
        mail.replace_header("Content-Type", "text/html; charset=utf-8")
        body = mail.as_bytes()
        head, _, _ = body.partition(b"\n\n")
        head = re.sub(rb"(?im)^content-transfer-encoding:.*$", b"Content-Transfer-Encoding: 8bit", head)
        raw = head + b"\n\n" + data
    else:
        mail.set_content("See attachment.")
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        raw = mail.as_bytes()
    trace = (
        f"Return-Path: <{address}>\n"
        f"Authentication-Results: {server}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain};\n"
        f" dmarc=pass header.from={domain}\n"
        f"Received: from out.example.org (out.example.org [192.0.2.10]) by {server} with ESMTPS id ABC123;\n"
        " Mon, 23 Nov 2026 09:15:00 +0000\n"
    )
    return trace.encode() + raw
