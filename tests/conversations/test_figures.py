"""The custody figures as a dialogue: what is printed can always be derived, and a slip is told within the tick."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest

from bot.core.model import StatisticsTable
from tests.conversations.world import World

DISTRICTS = (
    "Broxbourne", "Dacorum", "East Hertfordshire", "Hertsmere", "North Hertfordshire", "St Albans",
    "Stevenage", "Three Rivers", "Watford", "Welwyn Hatfield", "No fixed abode", "Out of County",
)  # fmt: skip


def workbook(
    positive: int,
    *,
    total: int | None = None,
    month: str = "July 2025",
    change: dict[str, tuple[int, int, int]] | None = None,
) -> bytes:
    """A cumulative workbook: every district with the same counts, but for those in ``change``."""
    rows: list[list[object]] = [
        [f"Drug tests on arrest since October 2020{f' to the end of {month}' if month else ''}"],
        ["CSP", "Positive", "Negative", "Refused", "Total"],
    ]
    for district in DISTRICTS:
        counts = (change or {}).get(district, (positive, 5, 1))
        rows.append([district, *counts, sum(counts) if total is None else total])
    return book_of(rows)


def book_of(rows: list[list[object]]) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def months(world: World, day: str) -> None:
    """Approve and distribute the August edition."""
    world.at("2025-08-12 12:00")
    world.clock.at = world.clock.at.replace(day=13)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at(day)


def test_the_next_months_file_adds_a_month_to_the_published_series(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("drugs-alcohol-cj").replies("Figures attached.", files={"july.xlsx": workbook(10)})
    months(world, "2025-08-18 09:00")
    assert len(world.desk.store.counts("ccsu-rag/custody")) == 36
    world.at("2025-09-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Figures.", to=lead.received("request"), files={"august.xlsx": workbook(12, month="August 2025")})
    world.at("2025-09-10 12:00")
    draft = world.view("2025-09").draft
    assert draft is not None
    table = draft.bulletin.sections[0].statistics
    assert table is not None
    assert table.period == "2025-08"
    assert table.totals["positive"] == 144
    assert table.month_totals["positive"] == 24


def test_a_running_total_that_fell_is_refused_and_the_last_published_table_is_printed(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("drugs-alcohol-cj").replies("Figures attached.", files={"july.xlsx": workbook(10)})
    months(world, "2025-08-18 09:00")
    world.at("2025-09-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Figures.", to=lead.received("request"), files={"august.xlsx": workbook(8, month="August 2025")})
    assert "fell" in lead.received("receipt").text or "lower" in lead.received("receipt").text
    world.at("2025-09-10 12:00")
    draft = world.view("2025-09").draft
    assert draft is not None
    table = next(s.statistics for s in draft.bulletin.sections if s.theme == "drugs-alcohol-cj")
    assert table is not None
    assert table.stale
    assert table.totals["positive"] == 120
    assert "could not be used" in world.editor.received("draft").text
    assert "July 2025" in world.editor.received("draft").text


def test_rows_that_do_not_add_across_are_refused_with_their_cells_and_correcting_is_replying(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Figures attached.", files={"july.xlsx": workbook(10, total=99)})
    assert "E3" in lead.received("receipt").text
    lead.replies("Sorry, corrected.", to=lead.received("receipt"), files={"july-2.xlsx": workbook(10)})
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    table = next(s.statistics for s in draft.bulletin.sections if s.theme == "drugs-alcohol-cj")
    assert table is not None
    assert table.totals == {"positive": 120, "negative": 60, "refused": 12, "total": 192}


def test_when_no_figures_come_the_editor_is_told(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("drugs-alcohol-cj").replies("The strategy is out, no figures yet.")
    world.at("2025-08-12 12:00")
    assert "no figures came; no table is printed" in world.editor.received("draft").text


def test_a_pasted_table_is_read_like_a_workbook(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    rows = "".join(f"<tr><td>{d}</td><td>1</td><td>2</td><td>0</td><td>3</td></tr>" for d in DISTRICTS)
    head = "<tr><th>CSP</th><th>Positive</th><th>Negative</th><th>Refused</th><th>Total</th></tr>"
    original = lead.received("request")
    raw = (
        f"From: {lead.address}\r\nTo: rag.update@council.example.org\r\nSubject: Re: {original.subject}\r\n"
        f"Message-ID: <pasted@council.example.org>\r\nIn-Reply-To: {original.message['Message-ID']}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"<html><body><p>Figures to the end of July 2025:</p><table>{head}{rows}</table></body></html>\r\n"
    )
    world.delivers(raw.encode())
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    table = next(s.statistics for s in draft.bulletin.sections if s.theme == "drugs-alcohol-cj")
    assert table is not None
    assert table.totals["total"] == 36


def printed(world: World) -> StatisticsTable:
    """The custody table of the newest draft."""
    draft = world.view().draft
    assert draft is not None
    table = next(s.statistics for s in draft.bulletin.sections if s.theme == "drugs-alcohol-cj")
    assert table is not None
    return table


def test_a_deputys_workbook_that_differs_is_told_to_both_and_the_editor_is_asked(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead, deputy = world.lead("drugs-alcohol-cj"), world.deputy("drugs-alcohol-cj")
    request = lead.received("request")
    lead.replies("Figures attached.", to=request, files={"july.xlsx": workbook(10)})
    changed = workbook(10, change={"Dacorum": (12, 5, 1)})
    deputy.replies("Here are the figures.", to=request, files={"figures.xlsx": changed})
    for person in (lead, deputy):
        told = person.received("receipt").text
        assert "Dacorum, positive: 12 now, 10 before" in told
        assert "A4:E4" in told
        assert "that file again" in told
    asked = world.editor.received("notice").text
    assert "Which are right?" in asked
    assert "Dacorum, positive: 12 now, 10 before" in asked
    world.at("2025-08-12 12:00")
    assert printed(world).totals["positive"] == 122
    assert "take the place of those that" in world.editor.received("draft").text


@pytest.mark.slow
def test_the_same_figures_from_the_deputy_ask_nothing(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead, deputy = world.lead("drugs-alcohol-cj"), world.deputy("drugs-alcohol-cj")
    request = lead.received("request")
    lead.replies("Figures attached.", to=request, files={"july.xlsx": workbook(10)})
    deputy.replies("Here are the figures.", to=request, files={"figures.xlsx": workbook(10)})
    assert "the same as those that" in deputy.received("receipt").text
    assert not any("Which are right?" in mail.text for mail in world.editor.mails())


@pytest.mark.slow
def test_a_leads_own_correction_takes_the_place_of_the_file_before_and_says_what_changed(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Figures attached.", files={"july.xlsx": workbook(10)})
    changed = workbook(10, change={"Watford": (10, 4, 1)})
    lead.replies("Corrected file.", to=lead.received("receipt"), files={"july-2.xlsx": changed})
    assert "Watford, negative: 4 now, 5 before" in lead.received("receipt").text
    assert not any("Which are right?" in mail.text for mail in world.editor.mails())
    lead.replies("Oh dear.", to=lead.received("receipt"), files={"july-3.xlsx": workbook(10, total=99)})
    assert "The figures that you sent before stand" in lead.received("receipt").text
    world.at("2025-08-12 12:00")
    assert printed(world).totals["negative"] == 59


@pytest.mark.slow
def test_a_workbook_without_a_month_is_asked_about_and_the_mails_own_words_count(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    request = lead.received("request")
    unnamed = workbook(10, month="")
    lead.replies("As attached.", to=request, files={"custody.xlsx": unnamed})
    assert "names no month; its figures are taken as those of July 2025" in lead.received("receipt").text
    lead.replies("Here are the figures to the end of July.", to=request, files={"custody.xlsx": unnamed})
    assert "names no month" not in lead.received("receipt").text
    lead.replies("Our figures to the end of June attached.", to=request, files={"custody.xlsx": unnamed})
    assert "June 2025; July 2025 was asked for" in lead.received("receipt").text


@pytest.mark.slow
def test_a_table_in_a_word_file_is_read_like_a_workbook(world: World) -> None:
    document = docx.Document()
    document.add_paragraph("Drug tests on arrest since October 2020, to the end of July 2025")
    table = document.add_table(rows=0, cols=5)
    rows = [["CSP", "Positive", "Negative", "Refused", "Total"], *([d, "3", "2", "–", "5"] for d in DISTRICTS)]
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    data = io.BytesIO()
    document.save(data)
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Our section is attached.", files={"section.docx": data.getvalue()})
    assert "names no month" not in lead.received("receipt").text
    world.at("2025-08-12 12:00")
    assert printed(world).totals == {"positive": 36, "negative": 24, "refused": 0, "total": 60}
