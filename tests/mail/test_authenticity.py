"""Who really sent a mail: the strict reading of From, and each transport's rules."""

from __future__ import annotations

import email
import email.policy
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mail.authenticity import TrustProfile, authenticate, plain_address, sender_of
from bot.mail.authresults import parse_auth_results

EDITOR = "editor@council.example.org"
SERVER = "mx.council.example.org"
GOOD = f"{SERVER}; spf=pass smtp.mailfrom=council.example.org; dmarc=pass header.from=council.example.org"
RECEIVED = f"Received: from out.example.org by {SERVER} with ESMTPS id 1; Mon, 23 Nov 2026 09:15:00 +0000"
OURS = TrustProfile(kind="authserv", authserv_id=SERVER)


def mail(*lines, sender=EDITOR):
    head = "\r\n".join([*lines, f"From: {sender}", "To: bulletin@council.example.org", "Subject: Re: draft"])
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\nAPPROVE\r\n"


class TestSender:
    @pytest.mark.parametrize(
        "value",
        [
            EDITOR,
            f"<{EDITOR}>",
            f"Jo Smith <{EDITOR}>",
            f'"Smith, Jo" <{EDITOR}>',
            f"=?utf-8?q?J=C3=B6?= <{EDITOR}>",
            f'"J. \\"Jo\\" Smith" <{EDITOR}>',
            f"{EDITOR} (Jo Smith)",
            EDITOR.upper(),
            f'"{EDITOR}" <{EDITOR}>',
            f"Jo\r\n <{EDITOR}>",
        ],
    )
    def test_of_an_honest_from_is_the_address(self, value):
        assert sender_of(mail(sender=value)).address == EDITOR

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "Jo",
            "editor",
            "editor@localhost",
            f"{EDITOR}, x@y.example",
            f"{EDITOR} <x@evil.invalid>",
            f"<{EDITOR}> <x@evil.invalid>",
            f"Editors: {EDITOR};",
            f"<@evil.invalid:{EDITOR}>",
            f"{EDITOR}.",
            '"editor"@council.example.org',
            "editor@[192.0.2.1]",
            "edi..tor@council.example.org",
            ".editor@council.example.org",
            "editor@-council.example.org",
            f"Jo (x@y.example) <{EDITOR}>",
            "editor@counci\u04cf.example.org",
            f"J\u00f6 <{EDITOR}>",
            f'"Jo <{EDITOR}>',
            f"{EDITOR}\x00",
            "a" * 65 + "@council.example.org",
            "a@" + "b." * 200 + "example",
            f"{EDITOR} (x@y.example)",
            f"Jo <{EDITOR}> x",
            f"=?utf-8?q?x?={EDITOR}",
        ],
    )
    def test_of_any_other_from_is_nobody(self, value):
        identity = sender_of(mail(sender=value))
        assert identity.address is None
        assert identity.defects

    @pytest.mark.parametrize(
        "name", ["From", "from", "Sender", "Date", "Message-ID", "Subject", "Reply-To", "References"]
    )
    def test_with_a_doubled_header_is_nobody(self, name):
        raw = mail(f"{name}: x@y.example", f"{name}: x@y.example")
        assert sender_of(raw).address is None

    def test_never_comes_from_reply_to_sender_or_a_name(self):
        raw = mail(
            f"Reply-To: {EDITOR}",
            f"Sender: {EDITOR}",
            f"Return-Path: <{EDITOR}>",
            sender=f'"{EDITOR}" <x@evil.invalid>',
        )
        assert sender_of(raw).address == "x@evil.invalid"

    def test_without_from_is_nobody(self):
        assert sender_of(b"To: x@y.example\r\n\r\n").defects == ("no From field",)

    def test_a_from_in_the_body_is_none(self):
        assert sender_of(b"To: x@y.example\r\n\r\nFrom: " + EDITOR.encode() + b"\r\n").address is None

    @settings(max_examples=300)
    @given(
        st.lists(
            st.sampled_from(
                [
                    EDITOR,
                    "x@evil.invalid",
                    "<",
                    ">",
                    '"',
                    "(",
                    ")",
                    ",",
                    ";",
                    ":",
                    "\\",
                    " ",
                    "Jo",
                    "@",
                    "=?utf-8?q?a?=",
                    "\t",
                    "\r\n ",
                    ".",
                    "\u00e9",
                ]
            ),
            max_size=12,
        ).map("".join)
    )
    def test_is_what_every_reader_says_or_nobody(self, value):
        raw = mail(sender=value)
        address = sender_of(raw).address
        if address is not None:
            unfolded = value.replace("\r\n", "")
            parsed = email.message_from_bytes(raw, policy=email.policy.default)["From"]
            assert parseaddr(unfolded)[1].lower() == address
            assert [one.addr_spec.lower() for one in parsed.addresses] == [address]

    @settings(max_examples=200)
    @given(st.binary())
    def test_no_bytes_make_it_raise(self, raw):
        assert (sender_of(raw).address is None) or not sender_of(raw).defects

    def test_plain_addresses_are_read_from_configuration(self):
        assert plain_address(" Jo@Council.Example.org ") == "jo@council.example.org"
        assert plain_address("Jo <jo@council.example.org>") is None


class TestAuthserv:
    def test_passes_on_our_servers_word(self):
        result = authenticate(mail(f"Authentication-Results: {GOOD}", RECEIVED), OURS)
        assert (result.result, result.address) == ("pass", EDITOR)

    @pytest.mark.parametrize(
        ("lines", "wanted", "why"),
        [
            ([RECEIVED], "none", "says nothing"),
            ([f"Authentication-Results: {GOOD}", f"Authentication-Results: {GOOD}", RECEIVED], "fail", "two headers"),
            ([RECEIVED, f"Authentication-Results: {GOOD}"], "fail", "below the line"),
            ([f"Authentication-Results: {GOOD}"], "fail", "below the line"),
            ([f"Authentication-Results: {GOOD}", RECEIVED.replace("by mx", "by inner")], "fail", "below the line"),
            ([f"Authentication-Results: {GOOD} (", RECEIVED], "fail", "cannot be read"),
            ([f"Authentication-Results: {SERVER}; none", RECEIVED], "none", "no DMARC result"),
            ([f"Authentication-Results: {SERVER}; dmarc=none header.from=x", RECEIVED], "none", "DMARC says none"),
            ([f"Authentication-Results: {SERVER}; dmarc=fail header.from=x", RECEIVED], "fail", "DMARC says fail"),
            ([f"Authentication-Results: {GOOD}; dmarc=pass", RECEIVED], "fail", "two DMARC results"),
            (
                [f"Authentication-Results: {SERVER}; dmarc=pass header.from=x.example", RECEIVED],
                "fail",
                "another domain",
            ),
            ([f"Authentication-Results: {GOOD}", RECEIVED, "DKIM-Signature: v=1; l = 5; d=x"], "fail", "only part"),
        ],
    )
    def test_refuses_with_the_reason(self, lines, wanted, why):
        result = authenticate(mail(*lines), OURS)
        assert result.result == wanted
        assert why in result.reasons[0]

    def test_a_malformed_sender_fails_whatever_the_server_says(self):
        result = authenticate(mail(f"Authentication-Results: {GOOD}", RECEIVED, sender=f"{EDITOR}, x@y.example"), OURS)
        assert (result.result, result.address) == ("fail", None)

    def test_without_a_configured_server_nobody_is_proven(self):
        result = authenticate(mail(f"Authentication-Results: {GOOD}", RECEIVED), TrustProfile(kind="authserv"))
        assert result.result == "none"

    def test_a_border_in_a_comment_is_no_border(self):
        forged = f"Received: from x (by {SERVER} with) by other.example.org; Mon, 23 Nov 2026 09:15:00 +0000"
        assert authenticate(mail(f"Authentication-Results: {GOOD}", forged), OURS).result == "fail"


EXO = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=partner.example; dkim=pass (signature was verified) "
    "header.d=partner.example;dmarc=pass action=none header.from=partner.example;compauth=pass reason=100"
)
ONLINE = TrustProfile(kind="exchange-online", internal_domains=("Council.example.org",))
INTERNAL = "X-MS-Exchange-Organization-AuthAs: Internal"


class TestExchangeOnline:
    def test_knows_an_internal_sender(self):
        assert authenticate(mail(INTERNAL), ONLINE).result == "pass"

    @pytest.mark.parametrize("lines", [[], ["X-MS-Exchange-Organization-AuthAs: Anonymous"], [INTERNAL, INTERNAL]])
    def test_does_not_believe_an_internal_address_alone(self, lines):
        assert authenticate(mail(*lines, f"Authentication-Results: {GOOD}"), ONLINE).result == "fail"

    def test_takes_an_outside_sender_by_its_own_verdict(self):
        result = authenticate(mail(f"Authentication-Results: {EXO}", sender="jo@partner.example"), ONLINE)
        assert result.result == "pass"

    @pytest.mark.parametrize(
        ("value", "wanted"),
        [
            (EXO.replace("dmarc=pass", "dmarc=fail"), "fail"),
            (EXO.replace("compauth=pass", "compauth=fail"), "fail"),
            (EXO + ";compauth=pass reason=1", "fail"),
            (EXO.replace("header.from=partner", "header.from=other"), "fail"),
            (EXO.replace(";compauth=pass reason=100", ""), "pass"),
            (EXO.replace("dmarc=pass action=none", "dmarc=none action=none"), "none"),
            ("(", "none"),
            (f"mx.evil.invalid; {EXO}", "none"),
        ],
    )
    def test_reads_microsofts_form_strictly(self, value, wanted):
        assert (
            authenticate(mail(f"Authentication-Results: {value}", sender="jo@partner.example"), ONLINE).result == wanted
        )

    def test_believes_the_topmost_verdict_only(self):
        lines = [f"Authentication-Results: {EXO.replace('dmarc=pass', 'dmarc=fail')}", f"Authentication-Results: {EXO}"]
        assert authenticate(mail(*lines, sender="jo@partner.example"), ONLINE).result == "fail"

    def test_without_a_verdict_nothing_is_proven(self):
        assert authenticate(mail(sender="jo@partner.example"), ONLINE).result == "none"


class TestOtherTransports:
    def test_exchange_on_premises_needs_a_known_source(self):
        profile = TrustProfile(kind="exchange-onprem", auth_sources=("EX01.council.example.org",))
        source = "X-MS-Exchange-Organization-AuthSource: ex01.council.example.org"
        assert authenticate(mail(INTERNAL, source), profile).result == "pass"
        assert authenticate(mail(INTERNAL, source.replace("ex01", "ex09")), profile).result == "fail"
        assert authenticate(mail(INTERNAL), profile).result == "fail"
        assert authenticate(mail(source), profile).result == "none"
        assert authenticate(mail(source, INTERNAL.replace("Internal", "Anonymous")), profile).result == "none"
        assert authenticate(mail(source, source, INTERNAL), profile).result == "fail"

    def test_the_folder_trusts_who_can_write_into_it(self):
        assert authenticate(mail(), TrustProfile(kind="folder")).result == "pass"

    def test_without_a_rule_commands_are_off(self):
        result = authenticate(mail(INTERNAL, f"Authentication-Results: {GOOD}"), TrustProfile())
        assert result.result == "none"
        assert "commands are off" in result.reasons[0]

    @pytest.mark.parametrize("kind", ["authserv", "folder", "none"])
    def test_exchanges_headers_count_for_nothing_elsewhere(self, kind):
        without = authenticate(mail(), TrustProfile(kind=kind, authserv_id=SERVER))
        assert authenticate(mail(INTERNAL), TrustProfile(kind=kind, authserv_id=SERVER)).result == without.result


class TestGrammar:
    def test_reads_results_and_properties(self):
        read = parse_auth_results(b'Mx.Example.org 1; dkim/1=pass reason="a;b=c" header.d=x.example (c) header.b=abc=')
        assert read is not None
        assert read.authserv_id == "mx.example.org"
        (dkim,) = read.of("dkim")
        assert dkim.properties == {"reason": "a;b=c", "header.d": "x.example", "header.b": "abc="}

    @pytest.mark.parametrize(
        "value",
        [
            b"",
            b";dmarc=pass",
            b"mx; dmarc",
            b"mx; dmarc=",
            b"mx; =pass",
            b"mx; dmarc==pass",
            b"mx 2; dmarc=pass",
            b"a b c; dmarc=pass",
            b'mx; dmarc="pass',
            b"mx; dmarc=pass \\",
            b"mx; dmarc=pass a=b a=c",
            b"mx=1; dmarc=pass",
            b"mx; dmarc=pass\xff",
            b"mx (a",
        ],
    )
    def test_refuses_what_does_not_fit(self, value):
        assert parse_auth_results(value) is None

    def test_a_comment_may_hold_a_quoted_bracket(self):
        assert parse_auth_results(b"mx (a \\) dmarc=pass); none") is not None

    @settings(max_examples=200)
    @given(st.binary(max_size=80))
    def test_no_bytes_make_it_raise(self, value):
        read = parse_auth_results(value)
        assert read is None or isinstance(read.authserv_id, str)
