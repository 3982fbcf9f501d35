"""Makes the pictures of docs/img: each kind of mail, the HTML edition and the pages of the Word file.

Run it from the project's folder after a demo: ``python -m tests.render.make_pictures DEMO docs/img``, where DEMO is the
folder of ``run_bot.py demo --out DEMO``. Needs Chromium, LibreOffice and pdftoppm; nothing here runs in the tests.
"""

from __future__ import annotations

import base64
import email
import shutil
import subprocess
import sys
import tempfile
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from bot.render.html import render_html
from bot.service import understand
from tests.conversations import test_people
from tests.conversations.test_corrections import corrects, distributed
from tests.conversations.world import World
from tests.render import sample

BYTES_MAX = 80_000
TALLEST = 1_500  # pixels: a picture shows the beginning of a long mail
SENT = {
    "request": "Community Safety & ASB: your section",
    "deputy": "Hate Crime: could you send",
    "reminder": "Prevent: not in yet",
    "receipt": "Community Safety & ASB: received",
    "absence": "Hazel Thorne is out of office",
    "draft": "Draft 1 for your approval",
    "chaser": "Draft 1 waits for you",
    "bulletin": "CCSU Monthly RAG Update, August 2025",
    "outcome": "Sent to 30 of 30",
    "bounce": "The bulletin to",
}


def shoot(page: str, target: Path, width: int = 640, tallest: int = TALLEST, *, dark: bool = False) -> None:
    """A page as Chromium shows it, empty space below cut off."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(page, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/p"]
        options += ["--blink-settings=preferredColorScheme=0"] if dark else []
        options += [f"--window-size={max(width, 500)},{tallest}", f"--screenshot={folder}/shot.png"]
        frame = page
        if width < 500:  # Chromium's window is never narrower than 500 pixels; a frame is
            inner = page.replace("&", "&amp;").replace('"', "&quot;")
            frame = (
                f'<body style="margin:0"><iframe width="{width}" height="{tallest}" style="border:0" srcdoc="{inner}">'
            )
        (folder / "page.html").write_text(frame, encoding="utf-8")
        subprocess.run(["chromium", *options, (folder / "page.html").as_uri()], check=True, capture_output=True)
        image = Image.open(folder / "shot.png").convert("RGB").crop((0, 0, width, tallest))
    empty = Image.new("RGB", image.size, image.getpixel((3, image.height - 3)))
    box = ImageChops.difference(image, empty).getbbox()
    save(image.crop((0, 0, width, min(tallest, box[3] + 16 if box else tallest))), target)


def save(image: Image.Image, target: Path) -> None:
    """A picture with as many colours as fit the bytes."""
    for colours in (192, 96, 48, 24, 12):
        image.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size < BYTES_MAX:
            break
    sys.stdout.write(f"{target} {image.size} {target.stat().st_size}\n")


def page_of(message: EmailMessage) -> str:
    """The HTML of a mail, its pictures inside it."""
    part = message.get_body(("html",))
    page = part.get_content() if part is not None else ""
    for one in message.walk():
        if one["Content-ID"]:
            data = base64.b64encode(one.get_payload(decode=True)).decode()
            page = page.replace("cid:" + one["Content-ID"].strip("<>"), f"data:{one.get_content_type()};base64,{data}")
    return str(page)


def mails_of_the_month(demo: Path, target: Path) -> None:
    """The mails of the demo's month."""
    paths = sorted((demo / "var" / "mailbox" / ".Sent" / "cur").glob("*.eml"))
    sent = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    for kind, start in SENT.items():
        message = next(one for one in sent if str(one["Subject"]).startswith(start))
        shoot(page_of(message), target / f"mail-{kind}.png")


def crash(*_given: object) -> None:
    """What a mail does that no reader can take."""
    raise RuntimeError("a mail that no reader can take")


def mails_of_trouble(target: Path) -> None:
    """A held question, a correction, an alert: from short conversations with the bot."""
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        world.at("2025-08-01 09:00")
        world.somebody("new.person@elsewhere.example").writes(
            "Our group met in July and agreed its plan.", subject=world.lead("hate-crime").received("request").subject
        )
        world.at("2025-08-01 09:20")
        shoot(page_of(world.editor.received("notice").message), target / "mail-held.png")
        real = understand.open_mail
        understand.open_mail = crash
        world.somebody("x@elsewhere.example").writes("poison", subject="poison")
        for minute in (25, 30, 35, 40, 45):
            world.at(f"2025-08-01 09:{minute}")
        understand.open_mail = real
        shoot(page_of(world.operator.received("alert").message), target / "mail-alert.png")
        world.close()
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        distributed(world)
        corrects(world)
        shoot(page_of(world.editor.received("draft").message), target / "mail-correction.png", tallest=900)
        world.close()


def mails_of_people(target: Path) -> None:
    """The lists of people, and what a changed list would do."""

    def changed(leads: Any, readers: Any) -> None:
        test_people.new_lead(leads, readers)
        test_people.added(leads, readers)
        readers.delete_rows(2, 3)

    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        world.at("2025-08-01 09:00")
        answer = test_people.sends(world, changed)
        shoot(page_of(world.editor.received("people").message), target / "mail-people.png")
        shoot(page_of(answer.message), target / "mail-people-change.png")
        world.close()


def edition(target: Path) -> None:
    """The HTML edition on a phone and a desk, light and dark."""
    page = render_html(sample.bulletin(), sample.PICTURES, standalone=True)
    for width in (320, 640):
        for dark in (False, True):
            name = f"edition-{width}-{'dark' if dark else 'light'}.png"
            shoot(page, target / name, width, 1_300, dark=dark)


def pages(document: Path, target: Path) -> None:
    """The Word file's first page, and four pages beside each other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(document, folder / "b.docx")
        office = [
            "libreoffice",
            f"-env:UserInstallation={(folder / 'p').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
        ]
        subprocess.run([*office, "--outdir", name, f"{name}/b.docx"], check=True, capture_output=True)
        subprocess.run(["pdftoppm", "-r", "80", "-png", f"{name}/b.pdf", f"{name}/q"], check=True)
        shown = [Image.open(path).convert("RGB") for path in sorted(folder.glob("q-*.png"))]
    save(shown[0], target / "bulletin-page-1.png")
    chosen = [shown[index] for index in (0, 1, 3, 4) if index < len(shown)]
    width, height = chosen[0].size
    sheet = Image.new("RGB", ((width + 16) * len(chosen) + 16, height + 32), "#C9D1D6")
    for index, one in enumerate(chosen):
        sheet.paste(one, (16 + index * (width + 16), 16))
    sheet.thumbnail((2_000, 2_000))
    save(sheet, target / "bulletin-pages.png")


if __name__ == "__main__":
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    mails_of_the_month(source, out)
    mails_of_trouble(out)
    mails_of_people(out)
    edition(out)
    pages(next((source / "bulletin").glob("*.docx")), out)
