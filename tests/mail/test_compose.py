"""Our mails: the right headers, text and HTML side by side, always the same bytes, nobody's words in a header."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, date, datetime
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import (
    FormField,
)
from bot.errors import InputError, TemplateError
from bot.mail.compose import (
    ASKS,
    Attachment,
    compose,
    compose_shared_body,
    picture_cid,
    reader_header,
    subject_of,
)
from bot.mail.letters import (
    AnswerLetter,
    AnyLetter,
    BulletinLetter,
    RequestLetter,
    with_anything_else,
)
from bot.mail.templates import MailTemplates, clip, in_words, suggested
from bot.mail.wire import date_header
from tests.mail.letter_samples import (
    ALL,
    AT,
    BASE,
    DEADLINE,
    DIGEST,
    EVIL,
    IDS,
    TEMPLATES,
    TOKEN,
    body,
    each_letter,
    envelope,
    letters,
    mail,
)


@each_letter
def test_every_mail_is_well_formed_and_within_the_limits(letter: AnyLetter) -> None:
    raw, message = mail(letter)
    assert [defect for part in message.walk() for defect in part.defects] == []
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100
    assert raw.isascii()
    assert body(message, "plain").strip()
    assert body(message, "html").strip()


@each_letter
def test_every_mail_has_exactly_our_headers(letter: AnyLetter) -> None:
    _, message = mail(letter)
    names = [name for name, _ in message.items()]
    asks = letter.kind in ASKS
    automatic = [] if asks else ["Auto-Submitted"]
    assert names == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        *automatic,
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ]
    suppress = message["X-Auto-Response-Suppress"]
    assert suppress == ("RN, NRN, AutoReply" if asks else "OOF, RN, NRN, AutoReply")
    assert message["Auto-Submitted"] == (None if asks else "auto-generated")
    assert [a.addr_spec for a in message["To"].addresses] == ["sam@council.example.org"]
    assert message["Message-ID"] == "<request.hate-crime.1@council.example.org>"
    assert message["Date"].datetime == AT


@each_letter
def test_the_same_letter_gives_the_same_bytes(letter: AnyLetter) -> None:
    assert mail(letter)[0] == mail(letter)[0]


@each_letter
def test_the_subject_ends_with_bulletin_month_and_token(letter: AnyLetter) -> None:
    subject = mail(letter)[1]["Subject"]
    assert "CCSU RAG update, August 2025" in subject
    assert subject.endswith(f"[{TOKEN}]") or letter.kind == "bulletin"
    assert subject == subject_of(letter, TEMPLATES)


@each_letter
def test_the_token_stands_in_both_bodies(letter: AnyLetter) -> None:
    _, message = mail(letter)
    for kind in ("plain", "html"):
        assert (f"Reference: [{TOKEN}]" in body(message, kind)) is (letter.kind != "bulletin")


def test_the_theme_comes_first_in_the_subject() -> None:
    subject = subject_of(ALL[0], TEMPLATES)
    assert subject == f"Hate Crime: your section for the CCSU RAG update, August 2025 [{TOKEN}]"


@pytest.mark.parametrize("letter", letters(EVIL), ids=IDS)
def test_peoples_words_are_escaped_and_never_rendered(letter: AnyLetter) -> None:
    raw, message = mail(letter)
    html = body(message, "html")
    assert "<script>" not in html
    assert "49" not in re.sub(
        r"#\w+|\d+px|[\w.]+:\d+", "", html.replace("1,428", "").replace("149", "").replace("1449", "")
    )
    assert raw.isascii()


@pytest.mark.parametrize("letter", letters("two\r\nBcc: evil@x.example\r\n\r\nlines"), ids=IDS)
def test_peoples_line_breaks_never_reach_a_header(letter: AnyLetter) -> None:
    _, message = mail(letter)
    assert message["Bcc"] is None
    assert [defect for part in message.walk() for defect in part.defects] == []


@pytest.mark.parametrize("field", ["sender", "sender_name", "recipient", "recipient_name", "message_id", "reply_to"])
@pytest.mark.parametrize(
    "bad", ["a@b.example\r\nBcc: x@y.example", "a\nb@c.example", "a\x00@b.example", "a\u2028@b.example"]
)
def test_a_line_break_in_an_address_or_name_is_refused(field: str, bad: str) -> None:
    with pytest.raises(InputError):
        mail(ALL[0], **{field: (bad,) if field == "reply_to" else bad})


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "A <a@b.example>",
        "a..b@c.example",
        ".a@b.example",
        "a.@b.example",
        "a@b..c",
    ],
)
def test_an_envelope_has_exactly_one_plain_address(bad: str) -> None:
    with pytest.raises(InputError):
        mail(ALL[0], recipient=bad)


@pytest.mark.parametrize("name", ["O'Neill, Pat", 'Pat "P" Hill', "José Núñez", "=?utf-8?q?x?=", ""])
def test_any_name_comes_back_as_it_went_in(name: str) -> None:
    _, message = mail(ALL[0], recipient_name=name)
    (address,) = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (name.strip(), "sam@council.example.org")


def test_a_long_name_is_folded_between_characters() -> None:
    name = "Zażółć " * 20
    raw, _ = mail(ALL[0], recipient_name=name)
    field = re.sub(r"\r\n ", " ", raw.decode("ascii").split("To: ")[1].split("\r\nSubject")[0])
    assert str(make_header(decode_header(field))).strip() == f"{name.strip()} <sam@council.example.org>"


def test_a_thread_keeps_clean_identifiers_and_drops_the_rest() -> None:
    many = tuple(f"<{n}@x.example>" for n in range(40))
    _, message = mail(ALL[5], in_reply_to="<last@x.example>", references=(*many, "<broken id>", "x\r\nBcc: a@b"))
    references = message["References"].split()
    assert (references[0], references[-1], len(references)) == ("<0@x.example>", "<last@x.example>", 20)
    assert message["In-Reply-To"] == "<last@x.example>"
    _, without = mail(ALL[5], in_reply_to="no identifier")
    assert (without["In-Reply-To"], without["References"]) == (None, None)


def test_replies_can_go_to_somebody_else() -> None:
    to = ("editor@council.example.org", "reader@district.example")
    assert mail(ALL[16], reply_to=to)[1]["Reply-To"] == ", ".join(to)
    assert mail(ALL[16])[1]["Reply-To"] is None


def test_a_files_name_may_hold_any_letter() -> None:
    files = (
        Attachment(name="bulletin – août.docx", media_type="application/octet-stream", data=b"\x00\x01" * 500),
        Attachment(name="plain name.csv", media_type="text/csv", data=b"a,b"),
    )
    raw = compose(ALL[9], envelope(), templates=TEMPLATES, attachments=files)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [(a.get_filename(), a.get_payload(decode=True)) for a in message.iter_attachments()] == [
        (file.name, file.data) for file in files
    ]
    assert message.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize(
    ("name", "kind"), [("a\r\nb.txt", "text/plain"), ("a.txt", "text/plain\r\nX: y"), ("a.txt", "text")]
)
def test_a_bad_file_name_or_type_is_refused(name: str, kind: str) -> None:
    with pytest.raises(InputError):
        compose(
            ALL[9], envelope(), templates=TEMPLATES, attachments=(Attachment(name=name, media_type=kind, data=b"x"),)
        )


def test_a_picture_travels_with_the_receipt_and_is_shown() -> None:
    pictures = {DIGEST: ("image/png", b"\x89PNG"), "cd" * 32: ("image/png", b"not shown")}
    raw = compose(ALL[5], envelope(), templates=TEMPLATES, pictures=pictures)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert f'src="cid:{picture_cid(DIGEST)}"' in body(message, "html")
    shown = [part for part in message.walk() if part.get_content_maintype() == "image"]
    assert [part["Content-ID"] for part in shown] == [f"<{picture_cid(DIGEST)}>"]


def test_the_message_id_begins_beside_its_name_however_long_it_is() -> None:
    long = f"<bul.{'0123456789' * 4}@community-safety.council.example.org>"
    head = reader_header(
        BulletinLetter(**{**BASE, "token": ""}, body_html="<p>x</p>", body_text="x"),
        envelope(message_id=long, in_reply_to=long, references=()),
        templates=TEMPLATES,
    )
    assert f"\r\nMessage-ID: {long}\r\n".encode() in head  # on a second line some programs take it for none


def test_a_picture_without_bytes_is_described() -> None:
    assert "[Picture: A bar chart]" in body(mail(ALL[5])[1], "html")


def test_readers_share_one_body() -> None:
    letter = BulletinLetter(**{**BASE, "token": ""}, body_html="<p>Edition</p>", body_text="Edition é")
    word = Attachment(name="bulletin.docx", media_type="application/octet-stream", data=b"PK")
    shared = compose_shared_body(letter, seed="ccsu-rag/2025-08/bulletin/v1", templates=TEMPLATES, attachments=(word,))
    for reader in ("a@x.example", "b@x.example"):
        who = envelope(recipient=reader, recipient_name="", message_id=f"<{reader}>")
        head = reader_header(letter, who, templates=TEMPLATES)
        message = email.message_from_bytes(head + shared, policy=email.policy.default)
        assert message["To"] == reader
        assert message["Subject"] == "CCSU RAG update, August 2025"
        assert body(message, "plain").strip() == "Edition é"
        assert [a.get_filename() for a in message.iter_attachments()] == ["bulletin.docx"]
        assert b"b@x.example" not in head + shared or reader.startswith("b")


def test_a_corrected_bulletin_says_so_first() -> None:
    letter = BulletinLetter(**BASE, body_html="<p>x</p>", body_text="x", version=2)
    assert subject_of(letter, TEMPLATES) == "Corrected: CCSU RAG update, August 2025"


FIELDS = (FormField(key="F1", title="News", last_month="One two " * 50), FormField(key="F2", title="Dates"))


def test_the_form_stands_in_both_bodies_one_marker_a_line() -> None:
    letter = RequestLetter(**BASE, theme="Hate Crime", deadline=DEADLINE, fields=FIELDS)
    _, message = mail(letter)
    text = body(message, "plain")
    form = text[text.index("[F1]") : text.index("Thank you")]
    assert [line for line in form.splitlines() if line and not line.startswith("Last month")] == [
        "[F1] News",
        "(write here)",
        "[/F1]",
        "[F2] Dates",
        "(write here)",
        "[/F2]",
        "[F3] Anything else",
        "(write here)",
        "[/F3]",
    ]
    assert 'Last month: "One two' in form
    html = body(message, "html")
    for line in ("[F1] News", "[/F1]", "[F3] Anything else", "[/F3]"):
        assert re.search(rf"<p[^>]*>{re.escape(line)}</p>", html)
    assert html.count('<p class="p"') >= 3
    assert "<table" not in html  # nothing around the form that Outlook would quote as a table


@pytest.mark.parametrize(
    ("fields", "titles"),
    [
        ((), ["Hate Crime", "Anything else"]),
        ((FormField(key="F1", title="News"),), ["News", "Anything else"]),
        ((FormField(key="F1", title="anything else"),), ["anything else"]),
        ((FormField(key="F2", title="News"),), ["News", "Anything else"]),
    ],
)
def test_anything_else_is_always_the_last_field(fields: tuple[FormField, ...], titles: list[str]) -> None:
    shown = with_anything_else(fields, "Hate Crime")
    assert [field.title for field in shown] == titles
    assert len({field.key for field in shown}) == len(shown)


def test_the_deadline_is_said_in_words_and_local_time() -> None:
    utc = datetime(2026, 8, 12, 11, 0, tzinfo=UTC)
    assert in_words(utc) == "Wednesday 12 August 2026 at 12:00"
    assert in_words(date(2026, 8, 12)) == "Wednesday 12 August 2026"
    assert "Please reply by Tuesday 12 August 2025 at 12:00." in body(mail(ALL[0])[1], "plain")


def test_long_text_of_last_month_is_cut() -> None:
    assert clip("a\nb  c", 2) == "a b ..."
    assert clip("a\nb", 2) == "a b"


def test_a_receipt_shows_questions_first_and_at_most_five() -> None:
    text = body(mail(ALL[5])[1], "plain")
    assert " 5. e" in text
    assert " 6. f" not in text
    assert text.index("Please answer") < text.index("As it will be printed") < text.index("Not printed")
    assert "plan.pdf" in text
    assert "cover note" in text
    assert "1,428" in text


def test_a_nil_return_prints_no_section() -> None:
    text = body(mail(ALL[7])[1], "plain")
    assert "nothing to report under Prevent" in text
    assert "As it will be printed" not in text


def test_the_draft_names_those_not_in_first() -> None:
    text = body(mail(ALL[9])[1], "plain")
    assert text.index("Hate Crime: NOT IN YET") < text.index("Prevent: in")
    assert "30 readers" in text
    assert "APPROVE" in text
    assert "9f2c 41aa" in text


def test_the_findings_of_a_draft_carry_their_numbers_in_both_texts() -> None:
    draft = next(letter for letter in letters("Words of a lead.") if letter.kind == "draft")
    numbers = [finding.number for finding in draft.findings]
    assert numbers
    _, message = mail(draft)
    plain, html = body(message, "plain"), body(message, "html")
    for number in numbers:
        assert f"\n {number}. " in plain
        assert f"<strong>{number}.</strong>" in html


def test_a_draft_without_findings_says_so() -> None:
    assert "Nothing." in body(mail(ALL[10])[1], "plain")


def test_a_mail_that_is_asked_for_has_no_automatic_mark_and_never_stops_bounces() -> None:
    for letter in ALL:
        raw = mail(letter)[0]
        assert b"NDR" not in raw.split(b"\r\n\r\n")[0]
        assert b"Precedence" not in raw.split(b"\r\n\r\n")[0]


def test_a_broken_template_is_named() -> None:
    with pytest.raises(TemplateError, match=r"request\.txt\.j2, line 1"):
        compose(ALL[0], envelope(), templates=MailTemplates(lambda name: "{% if %}"))
    with pytest.raises(TemplateError, match="must begin with a line"):
        compose(ALL[0], envelope(), templates=MailTemplates(lambda name: "Hello"))
    with pytest.raises(TemplateError, match="nonsense"):
        compose(ALL[0], envelope(), templates=MailTemplates(lambda name: "Subject: {{ nonsense }}"))
    with pytest.raises(TemplateError):
        compose(ALL[0], envelope(), templates=MailTemplates(lambda name: None))


def test_a_template_cannot_reach_into_the_program() -> None:
    with pytest.raises(TemplateError):
        compose(ALL[0], envelope(), templates=MailTemplates(lambda name: "Subject: {{ ''.__class__.__mro__ }}"))


def test_templates_outside_the_folder_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "secret.txt.j2").write_text("Subject: x", "utf-8")
    (tmp_path / "mail").mkdir()
    with pytest.raises(TemplateError):
        MailTemplates.from_folder(tmp_path / "mail").render("../secret.txt.j2", {})


@given(st.text(max_size=120), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_words_travel_unharmed(words: str, about: str) -> None:
    letter = AnswerLetter(**BASE, about=about, sentences=(words,))
    try:
        _, message = mail(letter)
    except InputError:  # a control character in the subject is refused, never cleaned
        assert re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", about)
        return
    assert [defect for part in message.walk() for defect in part.defects] == []
    assert "".join(re.sub(r"[\x00-\x1f\x7f\s]", "", words).split()) in re.sub(
        r"[\x00-\x1f\s]", "", body(message, "plain")
    )


def test_a_suggestion_is_a_value_or_a_sentence() -> None:
    assert suggested("4,898") == "Suggested: 4,898."
    assert suggested("Take it out.") == "Take it out."
    assert suggested("") == ""


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError):
        date_header(datetime(2025, 8, 13, 9, 5))  # noqa: DTZ001
