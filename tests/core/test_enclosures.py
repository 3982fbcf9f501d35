"""Which files may be enclosed, under which numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.enclosures import Enclosure, may_be_enclosed, offered, size_in_words
from bot.core.model import AttachmentUse
from tests.core.builders import IN_THE_WEEK, PREVENT, submission

POSTER = AttachmentUse(name="poster.pdf", use="set_aside")
PHOTO = AttachmentUse(name="photo.jpg", use="picture")
LOGO = AttachmentUse(name="logo.png", use="set_aside", reason="logo")
WORDS = AttachmentUse(name="section.docx", use="section")


@pytest.mark.parametrize(("use", "may"), [(POSTER, True), (PHOTO, True), (LOGO, False), (WORDS, False)])
def test_pdfs_and_pictures_may_be_enclosed(use: AttachmentUse, may: bool) -> None:
    assert may_be_enclosed(use) is may


def test_files_are_numbered_in_the_order_in_which_they_came_each_once() -> None:
    later = submission(inbound=12, attachments=(PHOTO,), theme=PREVENT, at=IN_THE_WEEK + timedelta(hours=1))
    first = submission(inbound=11, attachments=(LOGO, POSTER, POSTER))
    found = offered((later, first), {"hate-crime": "Hate Crime"})
    assert [(one.number, one.inbound, one.name, one.theme) for one in found] == [
        (1, 11, "poster.pdf", "Hate Crime"),
        (2, 12, "photo.jpg", "prevent"),
    ]
    assert found[0].key == "11/poster.pdf"


def test_an_enclosure_in_words_names_its_size_where_it_is_known() -> None:
    one = Enclosure(number=1, inbound=11, name="poster.pdf", theme="Hate Crime")
    assert one.in_words() == "1. poster.pdf (Hate Crime)"
    assert one.model_copy(update={"size": 240_000}).in_words() == "1. poster.pdf (Hate Crime, 240 kB)"


@pytest.mark.parametrize(("size", "says"), [(1, "1 kB"), (999_000, "999 kB"), (1_400_000, "1.4 MB")])
def test_sizes_are_said_as_people_say_them(size: int, says: str) -> None:
    assert size_in_words(size) == says
