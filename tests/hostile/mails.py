"""Hostile and broken mails of our own making, each with the verdict that it must get.

A small council of invented roles: an editor, two owners, a border server that writes Authentication-Results.
"""

# ruff: noqa: E501 - a case stands on one line, its bytes included
from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

BOT = "bulletin@council.example.org"
EDITOR = "editor@council.example.org"
PARKS = "parks@council.example.org"
WASTE = "waste@council.example.org"
SERVER = "mx.council.example.org"
DRAFT, OLD_DRAFT = "7K3Q-F2M9-XWDT-4MPT-81ZD", "0000-1111-2222-3333-4444"
PARKS_TOKEN, WASTE_TOKEN = "PARK-5555-6666-7777-8888", "WAST-5555-6666-7777-8888"
WORLD: dict[str, Any] = {
    "bot": BOT,
    "editor": EDITOR,
    "owners": {"Parks": PARKS, "Waste": WASTE},
    "our_authserv_id": SERVER,
    "issue": "2026-11",
    "current_draft": 3,
    "current_draft_token": DRAFT,
    "superseded_draft_2_token": OLD_DRAFT,
    "parks_token": PARKS_TOKEN,
    "waste_token": WASTE_TOKEN,
    "clock": "2026-11-23T09:15:00Z",
}


class Case(NamedTuple):
    """A mail, its name, and the verdict wanted."""

    name: str
    raw: bytes
    must: str


GOOD = f"{SERVER}; spf=pass smtp.mailfrom=council.example.org; dkim=pass header.d=council.example.org; dmarc=pass header.from=council.example.org"
EVIL = f"{SERVER}; spf=pass smtp.mailfrom=evil.invalid; dmarc=pass header.from=evil.invalid"
FAILED = f"{SERVER}; spf=softfail; dkim=none; dmarc=fail header.from=council.example.org"
RECEIVED = f"Received: from out.example.org (out.example.org [192.0.2.10]) by {SERVER} with ESMTPS id A1; Mon, 23 Nov 2026 09:15:00 +0000"
_count = iter(range(1, 100_000))


def mail(
    body: str | bytes,
    *,
    sender: str = f"From: {EDITOR}",
    results: str | None = GOOD,
    subject: str = f"Re: draft 3 [{DRAFT}]",
    kind: str = "text/plain; charset=utf-8",
    above: tuple[str, ...] = (),
    below: tuple[str, ...] = (),
    message_id: str = "",
    received: str = RECEIVED,
) -> bytes:
    """A mail as the border server hands it over; ``above`` and ``below`` are more header lines at either end."""
    verdict = [f"Authentication-Results: {results}"] if results is not None else []
    lines = [*above, *verdict, received, sender, f"To: {BOT}", f"Subject: {subject}", "Date: Mon, 23 Nov 2026 09:14:58 +0000",
             f"Message-ID: {message_id or f'<own-{next(_count)}@client.example.org>'}", "MIME-Version: 1.0",
             f"Content-Type: {kind}", *below]  # fmt: skip
    head = "\r\n".join(line for line in lines if line).encode("utf-8", "surrogateescape")
    return head + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def lead(body: str | bytes, **more: Any) -> bytes:
    """A reply of the Parks owner to their request."""
    return mail(
        body, **{"sender": f"From: Parks <{PARKS}>", "subject": f"Re: Parks: your section [{PARKS_TOKEN}]", **more}
    )


def attached(name: str, data: bytes, media: str = "application/octet-stream", text: str = "See attachment.") -> bytes:
    """A reply of the Parks owner with one file; ``name`` goes into the header as it is."""
    body = (
        f"--m\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--m\r\nContent-Type: {media}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    ).encode() + base64.encodebytes(data) + b"--m--\r\n"  # fmt: skip
    return lead(body, kind="multipart/mixed; boundary=m")


def identity() -> Iterator[Case]:
    """Who a mail says it is from."""
    forged = {
        "two-addresses": f"From: {EDITOR}, attacker@evil.invalid",
        "group": f"From: Editors: {EDITOR};",
        "comment-in-address": f"From: {EDITOR}(attacker@evil.invalid)@evil.invalid",
        "quoted-address-then-bare": f'From: "x" {EDITOR} <attacker@evil.invalid>',
        "two-angles": f"From: <{EDITOR}> <attacker@evil.invalid>",
        "route": f"From: <@evil.invalid:{EDITOR}>",
        "homoglyph": "From: editor@council.example.org".replace("council", "counci\u04cf"),
        "punycode": "From: editor@xn--counci-t3f.example.org",
        "fullwidth-at": "From: editor\uff20council.example.org",
        "encoded-word-address": "From: =?utf-8?q?editor=40council.example.org?=",
        "encoded-word-with-angle": "From: =?utf-8?q?editor=40council.example.org_=3Cx=3E?= <attacker@evil.invalid>",
        "nul": f"From: {EDITOR}\0 <attacker@evil.invalid>",
        "space-before-colon": f"From : {EDITOR}",
        "folded-at-start": "From:\r\n\r\n editor@council.example.org",
        "empty": "From:",
        "none": "",
        "trailing-dot": "From: editor@council.example.org.",
        "quoted-local": 'From: "editor"@council.example.org',
        "ip-literal": "From: editor@[192.0.2.1]",
        "subdomain": "From: editor@mail.council.example.org",
        "suffix": "From: editor@council.example.org.evil.invalid",
        "long": "From: " + "a" * 5_000 + "@council.example.org",
        "case-from": f"from: attacker@evil.invalid\r\nFROM: {EDITOR}",
        "unclosed-quote": f'From: "editor <{EDITOR}>',
    }
    for name, sender in forged.items():
        yield Case(f"e-{name}", mail("APPROVE\r\n", sender=sender), "reject")
    yield Case(
        "e-sender-is-editor",
        mail("APPROVE", sender="From: attacker@evil.invalid", results=EVIL, below=(f"Sender: {EDITOR}",)),
        "reject",
    )
    yield Case("e-two-subjects", mail("APPROVE", below=("Subject: other",)), "reject")
    yield Case("e-two-message-ids", mail("APPROVE", below=("Message-ID: <x@y>",)), "reject")
    yield Case("e-control-name", mail("APPROVE", sender=f'From: "Editor, The" <{EDITOR}>'), "accept")
    yield Case("e-control-encoded-name", mail("APPROVE", sender=f"From: =?utf-8?q?J=C3=B6?= <{EDITOR}>"), "accept")
    yield Case("e-control-case", mail("APPROVE", sender="From: Editor@Council.Example.ORG"), "accept")


def authentication() -> Iterator[Case]:
    """Whether the border server vouches for it."""
    wrong = {
        "foreign-server": GOOD.replace(SERVER, "mx.evil.invalid"),
        "prefix-trick": GOOD.replace(SERVER, f"{SERVER}.evil.invalid"),
        "suffix-trick": GOOD.replace(SERVER, f"evil-{SERVER}"),
        "server-in-comment": GOOD.replace(SERVER, f"mx.evil.invalid ({SERVER})"),
        "pass-in-quotes": f'{SERVER}; dmarc=fail reason="dmarc=pass" header.from=council.example.org',
        "two-dmarc": f"{GOOD}; dmarc=fail header.from=council.example.org",
        "two-dmarc-pass-first": f"{SERVER}; dmarc=fail header.from=council.example.org; dmarc=pass header.from=council.example.org",
        "other-domain": f"{SERVER}; dmarc=pass header.from=evil.invalid",
        "no-domain": f"{SERVER}; dmarc=pass",
        "spf-only": f"{SERVER}; spf=pass smtp.mailfrom=council.example.org",
        "unknown-version": GOOD.replace(SERVER, f"{SERVER} 2"),
        "bestguess": GOOD.replace("dmarc=pass", "dmarc=bestguesspass"),
        "none": f"{SERVER}; none",
        "dmarc-none": f"{SERVER}; dmarc=none header.from=council.example.org",
        "two-from-props": f"{SERVER}; dmarc=pass header.from=evil.invalid header.from=council.example.org",
        "comment-never-ends": f"{SERVER} (; dmarc=pass header.from=council.example.org",
        "substring": f"{SERVER}; x-dmarc=pass header.from=council.example.org",
    }
    for name, results in wrong.items():
        yield Case(f"a-{name}", mail("APPROVE", results=results), "reject")
    yield Case("a-two-of-ours", mail("APPROVE", above=(f"Authentication-Results: {GOOD}",)), "reject")
    yield Case("a-below-border", mail("APPROVE", results=None, below=(f"Authentication-Results: {GOOD}",)), "reject")
    forged = (f"Received: from x by {SERVER} with SMTP; Mon, 23 Nov 2026 09:00:00 +0000",)
    yield Case(
        "a-below-border-with-forged-border",
        mail("APPROVE", results=None, below=(f"Authentication-Results: {GOOD}", *forged)),
        "reject",
    )
    yield Case("a-no-border", mail("APPROVE", received=""), "reject")
    yield Case(
        "a-arc-only", mail("APPROVE", results=None, above=(f"ARC-Authentication-Results: i=1; {GOOD}",)), "reject"
    )
    yield Case(
        "a-original-only", mail("APPROVE", results=None, above=(f"Authentication-Results-Original: {GOOD}",)), "reject"
    )
    signed = "DKIM-Signature: v=1; a=rsa-sha256; d=council.example.org; s=s; l=10; h=from; bh=x; b=y"
    yield Case("a-dkim-l", mail("APPROVE", below=(signed,)), "reject")
    exchange = ("X-MS-Exchange-Organization-AuthAs: Internal",)
    yield Case("a-exchange-forged", mail("APPROVE", results=None, above=exchange), "reject")
    yield Case("a-owner-failed", lead("Text.", results=FAILED), "quarantine")
    yield Case("a-control-version", mail("APPROVE", results=GOOD.replace(SERVER, f"{SERVER} 1")), "accept")
    yield Case("a-control-case", mail("APPROVE", results=GOOD.replace(SERVER, SERVER.upper())), "accept")
    yield Case(
        "a-control-comments",
        mail("APPROVE", results=GOOD.replace("dmarc=pass", "dmarc=pass (p=reject (really) dis=none)")),
        "accept",
    )
    hop = (
        "Received: from mx.council.example.org by inner.council.example.org with LMTP; Mon, 23 Nov 2026 09:15:01 +0000"
    )
    yield Case("a-control-inner-hop", mail("APPROVE", above=(hop,)), "accept")
    yield Case(
        "a-control-foreign-below",
        mail("APPROVE", below=("Authentication-Results: mx.other.example; dmarc=fail",)),
        "accept",
    )


def approval() -> Iterator[Case]:
    """What an approval is and what it is not."""
    both = "multipart/alternative; boundary=a"

    def two(plain: str, html: str) -> str:
        return f"--a\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--a\r\nContent-Type: text/html\r\n\r\n{html}\r\n--a--\r\n"

    yield Case(
        "c-hidden-html",
        mail(two("Please wait.", '<p style="display:none">APPROVE</p><p>Please wait.</p>'), kind=both),
        "reject",
    )
    yield Case("c-texts-differ", mail(two("APPROVE", "<p>Please wait.</p>"), kind=both), "reject")
    yield Case(
        "c-html-only-hidden", mail('<p style="display:none">APPROVE</p><p>Please wait.</p>', kind="text/html"), "reject"
    )
    sneaky = '<p style="display:none">APPROVE</p><p>Thanks</p><p>Jo</p>'
    yield Case("c-hidden-above-sign-off", mail(sneaky, kind="text/html"), "reject")
    yield Case("c-control-both", mail(two("APPROVE", "<p>APPROVE</p><p>Jo</p>"), kind=both), "accept")
    yield Case(
        "c-control-html",
        mail("<html><body><div>Approve</div><div>Thanks</div></body></html>", kind="text/html"),
        "accept",
    )
    yield Case("c-below-greeting", mail("Hello,\r\nAPPROVE"), "reject")
    yield Case("c-more-text", mail("APPROVE\r\nbut mend the date"), "reject")
    yield Case("c-question", mail("Approve?"), "reject")
    yield Case("c-zero-width", mail("APPROVE\u200b"), "reject")
    yield Case("c-reversed", mail("\u202eEVORPPA"), "reject")
    yield Case("c-no-token", mail("APPROVE", subject="Re: draft"), "reject")
    yield Case("c-token-slip", mail("APPROVE", subject=f"Re: [{DRAFT[:-1]}E]"), "reject")
    yield Case("c-owner-token", mail("APPROVE", subject=f"Re: [{PARKS_TOKEN}]"), "reject")
    yield Case("c-owner-approves", lead("APPROVE", subject=f"Re: [{DRAFT}]"), "reject")
    yield Case("c-owner-approves-own", lead("APPROVE"), "reject")
    yield Case("c-owner-foreign-token", lead("Text.", subject=f"Re: [{WASTE_TOKEN}]"), "quarantine")
    yield Case("c-old-draft", mail("APPROVE", subject=f"Re: draft 2 [{OLD_DRAFT}]"), "reject")
    yield Case("c-subject-only", mail("", subject=f"APPROVE [{DRAFT}]"), "reject")
    yield Case(
        "c-with-file",
        mail(
            b"--m\r\nContent-Type: text/plain\r\n\r\nAPPROVE\r\n--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=x.csv\r\n\r\na,b\r\n--m--\r\n",
            kind="multipart/mixed; boundary=m",
        ),
        "reject",
    )
    yield Case("c-hold-no-token", mail("HOLD", subject="stop"), "accept")
    yield Case("c-hold-forged", mail("HOLD", subject="stop", results=FAILED), "reject")
    yield Case(
        "c-signature", mail("APPROVE\r\n\r\nKind regards\r\nJo Smith\r\nEditor, Community Safety Unit"), "accept"
    )


def loops() -> Iterator[Case]:
    """Machines."""
    yield Case("l-auto-replied", lead("I am away.", above=("Auto-Submitted: auto-replied",)), "ignore")
    yield Case("l-auto-notified", lead("A note.", above=("Auto-Submitted: auto-notified; x=y",)), "ignore")
    yield Case("l-precedence", lead("Away.", above=("Precedence: auto_reply",)), "ignore")
    yield Case("l-x-autoreply", lead("Away.", above=("X-Autoreply: yes",)), "ignore")
    yield Case("l-null-sender", lead("Away.", above=("Return-Path: <>",)), "ignore")
    yield Case("l-subject-only", mail("APPROVE", subject=f"Automatic reply: draft 3 [{DRAFT}]"), "ignore")
    yield Case("l-list", lead("News.", above=("List-Id: <news.example.org>", "Precedence: list")), "ignore")
    yield Case(
        "l-own", mail("Draft", sender=f"From: {BOT}", message_id="<bul.2026-11.draft@council.example.org>"), "ignore"
    )
    report = (
        "--r\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x"
        "\r\n\r\nFinal-Recipient: rfc822; parks@council.example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        "--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\nSubject: x\r\n--r--\r\n"
    )
    from_daemon = {"sender": "From: MAILER-DAEMON@mx.council.example.org", "subject": "Undelivered", "above": ("Return-Path: <>",),
                   "kind": "multipart/report; report-type=delivery-status; boundary=r"}  # fmt: skip
    ours = "bul.2026-11.req.parks@council.example.org"
    yield Case("l-bounce", mail(report.format(action="failed", id=ours), **from_daemon), "accept")
    yield Case(
        "l-bounce-forged", mail(report.format(action="failed", id="other@evil.invalid"), **from_daemon), "ignore"
    )
    yield Case("l-delay", mail(report.format(action="delayed", id=ours), **from_daemon), "ignore")


def injection() -> Iterator[Case]:
    """What headers and names try to smuggle."""
    word = base64.b64encode(b"x\nBcc: v@evil.invalid").decode()
    yield Case("i-subject-lf", lead("Text.", subject=f"=?utf-8?b?{word}?= [{PARKS_TOKEN}]"), "sanitize")
    yield Case("i-name-cr", lead("Text.", sender=f"From: =?utf-8?q?x=0D=0ABcc=3A_v?= <{PARKS}>"), "sanitize")
    yield Case("i-escape", lead("Text.", subject=f"=?utf-8?q?=1B=5B2J?= [{PARKS_TOKEN}]"), "sanitize")
    yield Case("i-bidi-subject", lead("Text.", subject=f"=?utf-8?q?=E2=80=AEcod?= [{PARKS_TOKEN}]"), "sanitize")
    yield Case("i-bidi-text", lead("The file is \u202egnp.exe here."), "sanitize")
    yield Case("i-absolute-name", attached("/etc/passwd.csv", b"a,b\n1,2\n"), "sanitize")
    yield Case("i-windows-name", attached("..\\\\..\\\\evil.csv", b"a,b\n1,2\n"), "sanitize")
    yield Case("i-device-name", attached("CON.csv", b"a,b\n1,2\n"), "sanitize")
    yield Case("i-bidi-name", attached("=?utf-8?q?report=E2=80=AEvsc.csv?=", b"a,b\n1,2\n"), "sanitize")
    yield Case("i-jinja", lead("{{ 7*7 }} {% for x in y %} ${7*7} #{7*7}"), "accept")
    yield Case("i-percent", lead("%s %n %(x)s {0} {x.__class__}"), "accept")
    yield Case("i-header-line-in-body", lead("Bcc: victim@evil.invalid\r\nSubject: x\r\n\r\nText."), "accept")


def bombs() -> Iterator[Case]:
    """Mails beyond reason, and mails that are merely odd."""
    deep = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(40))
    yield Case("m-depth-40", lead(deep, kind="multipart/mixed; boundary=b0"), "reject")
    inner = "".join("Content-Type: message/rfc822\r\n\r\n" for _ in range(60))
    yield Case("m-messages-60", lead(inner, kind="message/rfc822"), "reject")
    parts = "".join("--m\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(10_000)) + "--m--\r\n"
    yield Case("m-parts-10000", lead(parts, kind="multipart/mixed; boundary=m"), "reject")
    yield Case("m-parts-bare-cr", lead(parts.replace("\r\n", "\r"), kind="multipart/mixed; boundary=m"), "reject")
    yield Case("m-fields-5000", lead("x", below=tuple(f"X-{n}: y" for n in range(5_000))), "reject")
    yield Case("m-header-200k", lead("x", below=("X-Long: " + "a" * 200_000,)), "reject")
    yield Case("m-folded-200k", lead("x", below=("X-Long: " + "\r\n a" * 60_000,)), "reject")
    yield Case("m-words-5000", lead("x", subject="=?utf-8?q?a?= " * 5_000), "reject")
    yield Case(
        "m-part-header-200k",
        lead("--m\r\nX-Long: " + "a" * 200_000 + "\r\n\r\nx\r\n--m--\r\n", kind="multipart/mixed; boundary=m"),
        "reject",
    )
    yield Case("m-boundary-5000", lead("x", kind="multipart/mixed; boundary=" + "b" * 5_000), "reject")
    yield Case("m-comments-500", lead("x", below=("X-C: " + "(" * 500,)), "reject")
    continued = ";\r\n ".join(f"name*{n}=x" for n in range(1_500))
    yield Case("m-continuations", lead("x", kind=f"text/plain;\r\n {continued}"), "reject")
    yield Case("m-nul-header", lead("x", below=("X-N: a\0b",)), "reject")
    yield Case("m-bare-cr-header", lead("x", below=("X-N: a\rBcc: v@evil.invalid",)), "reject")
    yield Case("m-no-header", b"just some words\r\n", "reject")
    yield Case("m-blank", b"\r\n\r\n\r\n", "reject")
    yield Case("m-binary", bytes(range(256)) * 40, "reject")
    yield Case(
        "m-eicar",
        attached("x.csv", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
        "reject",
    )
    yield Case("m-exe", attached("holiday.exe", b"MZ\x90\0" + b"x" * 900), "reject")
    yield Case("m-script", attached("list.csv.js", b"alert(1)"), "reject")
    yield Case("m-elf-as-xlsx", attached("report.xlsx", b"\x7fELF" + b"\0" * 900), "reject")
    yield Case("m-zip", attached("files.zip", b"PK\x05\x06" + b"\0" * 18), "reject")
    yield Case("m-empty-file", attached("report.docx", b""), "reject")
    yield Case("m-svg", attached("logo.svg", b"<svg onload=alert(1)></svg>"), "reject")
    yield Case(
        "m-base64-garbage",
        lead("*** this is no base64 at all ***", below=("Content-Transfer-Encoding: base64",)),
        "quarantine",
    )
    yield Case("m-no-text", lead("  \r\n"), "quarantine")
    yield Case("m-marking", lead("OFFICIAL-SENSITIVE\r\nAn operation next week."), "quarantine")
    yield Case("m-ni-number", lead("Contact AB123456C for help."), "quarantine")
    yield Case("m-utf16", lead("Caf\u00e9 opens".encode("utf-16"), kind="text/plain; charset=utf-16"), "accept")
    yield Case("m-charset", lead("Café opens", kind='text/plain; charset="x-none"'), "accept")
    yield Case("m-bad-utf8", lead(b"Caf\xe9 opens"), "accept")
    yield Case("m-bad-qp", lead("50=ZZ percent = x", below=("Content-Transfer-Encoding: quoted-printable",)), "accept")
    yield Case("m-long-line", lead("word " * 200_000), "accept")
    yield Case("m-boundary-never-comes", lead("Text of the section.", kind="multipart/mixed; boundary=zz"), "accept")
    yield Case(
        "m-no-end-boundary",
        lead("--m\r\nContent-Type: text/plain\r\n\r\nText.", kind="multipart/mixed; boundary=m"),
        "accept",
    )
    yield Case("m-official", lead("OFFICIAL\r\nThe park opens on 4 May."), "accept")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 999
    bench = "The bench in Mill Park was repaired."
    yield Case("m-old-word-alone", attached("report.doc", old), "reject")
    yield Case("m-old-word-beside-text", attached("report.doc", old, text=bench), "sanitize")
    yield Case(
        "m-old-word-beside-thanks",
        attached("report.doc", old, text="Hi,\r\nplease see attached\r\nThanks\r\nJo"),
        "reject",
    )
    yield Case("m-zip-beside-text", attached("a.zip", b"PK\x05\x06" + b"\0" * 18, text=bench), "sanitize")
    yield Case("m-exe-beside-text", attached("a.exe", b"MZ" + b"\0" * 99, text=bench), "reject")
    signed = attached("smime.p7s", bytes(range(256)), "application/pkcs7-signature", "Nothing this month.")
    yield Case("m-signed", signed, "accept")
    yield Case(
        "m-pdf", attached("plan.pdf", b"%PDF-1.7\n%x", text="The text of the section. Plan attached."), "sanitize"
    )


def all_mails() -> list[Case]:
    """Every case."""
    families = (identity, authentication, approval, loops, injection, bombs)
    return [case for family in families for case in family()]
