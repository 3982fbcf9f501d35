"""What leads write to us and not for print: thanks, "this replaces ...", "figures attached"; and figures sent twice."""

from __future__ import annotations

import io
from email import policy
from email.message import EmailMessage

import openpyxl
import pytest

from tests.conversations.test_figures import DISTRICTS, workbook
from tests.conversations.world import Person, World

THEME = "hate-crime"
FIGURES = "drugs-alcohol-cj"


def with_table(lead: Person, html: str) -> bytes:
    """A reply to the request with HTML text and a workbook."""
    request = lead.received("request")
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = lead.address, "rag.update@council.example.org"
    message["Subject"], message["In-Reply-To"] = f"Re: {request.subject}", str(request.message["Message-ID"])
    message["Message-ID"] = f"<{len(html)}.{sum(html.encode())}@council.example.org>"
    message.set_content(f"<html><body>{html}</body></html>", subtype="html")
    message.add_attachment(workbook(10), maintype="application", subtype="octet-stream", filename="july.xlsx")
    return message.as_bytes()


def rota() -> bytes:
    """A workbook that holds no figures."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Day"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def started(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead(THEME).replies("The hotline has a new number.")


@pytest.mark.parametrize("thanks", ["Thanks", "Thanks, Hazel", "Hi,\n\nLooks good to me.", "Perfect, thank you!", "OK"])
def test_thanks_for_a_receipt_are_not_printed(world: World, thanks: str) -> None:
    started(world)
    lead = world.lead(THEME)
    lead.replies(thanks, to=lead.received("receipt"))
    assert world.items(THEME) == {"Hate Crime": "The hotline has a new number."}


def test_thanks_for_the_request_do_not_count_as_a_reply(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead(THEME).replies("Thanks!")
    world.at("2025-08-07 09:30")
    assert world.lead(THEME).mails("reminder")


def test_thanks_in_review_make_no_new_draft(world: World) -> None:
    world.in_review()
    lead = world.lead(THEME)
    lead.replies("Thank you, looks good.", to=lead.received("receipt"))
    world.at("2025-08-12 12:30")
    assert world.edition().draft == 1


@pytest.mark.parametrize(
    "second",
    ["This replaces my earlier reply.\n\nIt is 0800 123.", "It is 0800 123.\n\nPlease ignore my earlier email."],
)
def test_the_words_that_replace_are_not_printed(world: World, second: str) -> None:
    started(world)
    world.lead(THEME).replies(second)
    assert world.items(THEME) == {"Hate Crime": "It is 0800 123."}


def test_a_nil_return_may_say_that_it_replaces(world: World) -> None:
    started(world)
    world.lead(THEME).replies("This replaces my earlier reply.\n\nNothing this month.")
    assert world.items(THEME) == {}
    assert "nil return now" in world.lead(THEME).received("receipt").text


@pytest.mark.parametrize(
    "news",
    [
        "The new strategy replaces the previous strategy of 2021.",
        "The guidance supersedes all earlier guidance.",
        "Residents should ignore the first letter.",
        "This policy replaces the previous policy.",
    ],
)
def test_news_of_something_that_is_replaced_takes_nothing_out(world: World, news: str) -> None:
    started(world)
    world.lead(THEME).replies(news)
    assert world.items(THEME) == {"Hate Crime": f"The hotline has a new number.\n{news}"}


def test_a_line_that_only_names_the_file_is_not_printed(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead(FIGURES).replies("Figures attached.", files={"july.xlsx": workbook(10)})
    assert world.items(FIGURES) == {}
    assert "Figures attached. (cover note)" in world.lead(FIGURES).received("receipt").text


def test_a_second_workbook_is_named_and_another_kind_of_workbook_hides_none(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead(FIGURES)
    lead.replies("Figures.", files={"july.xlsx": workbook(10), "old.xlsx": workbook(20)})
    assert "old.xlsx was not read" in lead.received("receipt").text
    lead.replies("Figures.", to=lead.received("request"), files={"a.xlsx": rota(), "july.xlsx": workbook(30)})
    table = world.view().submissions[-1].statistics
    assert table is not None
    assert table.totals["positive"] == 360


def test_other_figures_in_the_text_than_in_the_file_are_told(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead(FIGURES)
    rows = "".join(f"<tr><td>{d}</td><td>{{}}</td><td>5</td><td>1</td></tr>" for d in DISTRICTS)
    head = "<tr><th>CSP</th><th>Positive</th><th>Negative</th><th>Refused</th></tr>"
    for positive, told in ((10, False), (11, True)):
        table = f"<table>{head}{rows.replace('{}', str(positive))}</table>"
        world.delivers(with_table(lead, f"<p>July 2025:</p>{table}"))
        assert ("holds a table with other figures" in lead.received("receipt").text) is told
