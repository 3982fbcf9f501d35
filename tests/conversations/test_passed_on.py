"""Mail that was passed on, and corrections made inside our own receipt: what is printed, who is told, what is asked."""

from __future__ import annotations

from bot.core.model import EditionState
from tests.conversations.world import Person, Received, World

COLLEAGUE = "Alex Reed <alex.reed@police.example.org>"
HEADER = "From: {}\nSent: 03 August 2025 15:20\nTo: {}\nSubject: July figures\n\n"
NEWS = "Third-party reporting rose by a tenth in July."


def _passes_on(person: Person, note: str, body: str, subject: str = "FW: July figures") -> None:
    """Forward a colleague's mail into the thread of our newest mail to them."""
    original = person.mails()[-1].message
    answer = {"In-Reply-To": str(original["Message-ID"]), "References": str(original["Message-ID"])}
    person.writes(f"{note}\n\n{HEADER.format(COLLEAGUE, person.name)}{body}\n", subject=subject, headers=answer)


def _corrects_inside(person: Person, receipt: Received, old: str, new: str, lead_in: str = "") -> None:
    """Reply to our receipt with one piece of its quoted text changed."""
    part = receipt.message.get_body(("plain",))
    assert part is not None
    text = part.get_content().strip()
    assert old in text
    quoted = "\n".join(f"> {line}" for line in text.replace(old, new).splitlines())
    body = f"{lead_in}\n\nOn 04/08/2025 09:00, CCSU RAG Update wrote:\n{quoted}\n"
    person.replies(body, to=receipt, quoting=False)


def test_what_a_lead_passes_on_is_printed_and_the_cover_line_is_not(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    _passes_on(lead, "FYI\n\nHazel", f"Hi Hazel,\n\n{NEWS}\n\nKind regards\n\nAlex Reed\nAnalyst\n01632 960111")
    assert list(world.items("hate-crime").values()) == [NEWS]
    receipt = lead.received("receipt")
    assert "FYI" in receipt.text
    assert "cover note" in receipt.text
    assert not world.somebody("alex.reed@police.example.org").mails()


def test_a_colleague_s_mail_below_a_reply_is_asked_about(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    _passes_on(lead, "Forty officers were trained in July.\n\nHazel", NEWS, subject="RE: July figures")
    assert list(world.items("hate-crime").values()) == ["Forty officers were trained in July."]
    assert "a mail from Alex Reed, which is not printed" in lead.received("receipt").text


def test_a_correction_inside_the_receipt_replaces_that_field_only(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("[F1]\nA stall opens.\n\nIt is free.\n[/F1]\n[F2]\nFunding is 400 pounds.\n[/F2]", quoting=False)
    receipt = lead.received("receipt")
    _corrects_inside(lead, receipt, "400 pounds", "500 pounds", "One correction below.")
    assert list(world.items("hate-crime").values()) == ["A stall opens.\nIt is free.", "Funding is 500 pounds."]
    _corrects_inside(lead, lead.received("receipt"), "It is free.", "It costs a pound.")
    assert list(world.items("hate-crime").values()) == ["A stall opens.\nIt costs a pound.", "Funding is 500 pounds."]


def test_a_correction_of_free_text_inside_the_receipt_takes_its_place(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("A stall opens on 11 October.\n\nIt is free.")
    _corrects_inside(lead, lead.received("receipt"), "11 October", "12 October", "The date was wrong, see below")
    assert list(world.items("hate-crime").values()) == ["A stall opens on 12 October.\nIt is free."]


def test_a_remark_beside_the_quoted_text_is_not_printed_but_asked_about(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("A stall opens on 11 October.")
    old = "A stall opens on 11 October."
    _corrects_inside(lead, lead.received("receipt"), old, f"{old}\nshould be the 12th")
    assert list(world.items("hate-crime").values()) == [old]
    assert "should be the 12th" in lead.received("receipt").text


def test_an_approval_that_was_only_passed_on_approves_nothing(world: World) -> None:
    world.in_review()
    _passes_on(world.editor, "FYI, see below", "APPROVE")
    assert world.state is EditionState.IN_REVIEW
