"""What editors do to a draft's Word file, as bytes in and bytes out: they alter, delete, comment, or break it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from docx import Document

from tests.conversations.world import Received, World

DOCUMENT = "word/document.xml"


def attached(mail: Received, ending: str = ".docx") -> bytes:
    """The Word file of a mail, or another of its files."""
    for part in mail.message.iter_attachments():
        if str(part.get_filename()).endswith(ending):
            data = part.get_content()
            assert isinstance(data, bytes)
            return data
    raise AssertionError(f"no {ending} in {mail.subject}")


def altered(data: bytes, words: dict[str, str]) -> bytes:
    """The file with some words replaced and saved, as Word does: every part is written again."""
    document = Document(io.BytesIO(data))
    found: set[str] = set()
    for paragraph in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
        for old, new in words.items():
            if old in (paragraph.text or ""):
                paragraph.text = paragraph.text.replace(old, new)
                found.add(old)
    assert found == set(words), f"not in the file: {set(words) - found}"
    document.core_properties.last_modified_by = "Robin Typist"
    return saved(document)


def saved(document: object) -> bytes:
    """The document's bytes."""
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def without_tables(data: bytes) -> bytes:
    """The file with every table deleted."""
    document = Document(io.BytesIO(data))
    for table in document.tables:
        table._element.getparent().remove(table._element)
    return saved(document)


def emptied(data: bytes) -> bytes:
    """The file with all of its text deleted."""
    document = Document(io.BytesIO(data))
    for child in list(document.element.body):
        if not child.tag.endswith("sectPr"):
            document.element.body.remove(child)
    return saved(document)


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The package with its parts changed by hand."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def with_macros(data: bytes) -> bytes:
    """The file with a macro project in it."""

    def change(parts: dict[str, bytes]) -> None:
        parts["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + b"\0" * 64

    return rewritten(data, change)


def with_outside_picture(data: bytes) -> bytes:
    """The file with a picture that is loaded from another computer."""

    def change(parts: dict[str, bytes]) -> None:
        relation = (
            b'<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
            b' Target="http://tracker.example/x.png" TargetMode="External"/></Relationships>'
        )
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", relation)

    return rewritten(data, change)


def with_embedded_object(data: bytes) -> bytes:
    """The file with an OLE object in it."""

    def change(parts: dict[str, bytes]) -> None:
        parts["word/embeddings/oleObject1.bin"] = b"\xd0\xcf\x11\xe0" + b"\0" * 64

    return rewritten(data, change)


def with_tracked_change(data: bytes, old: str, new: str) -> bytes:
    """The file with ``old`` deleted and ``new`` inserted under "track changes"."""

    def change(parts: dict[str, bytes]) -> None:
        text = parts[DOCUMENT].decode()
        run = re.search(rf"<w:r>(?:<w:rPr>.*?</w:rPr>)?<w:t[^>]*>[^<]*{re.escape(old)}[^<]*</w:t></w:r>", text)
        assert run, old
        by = 'w:id="91" w:author="Robin Typist" w:date="2025-08-12T13:00:00Z"'
        gone = run.group().replace("<w:t", "<w:delText").replace("</w:t>", "</w:delText>")
        fresh = run.group().replace(old, new)
        tracked = f"<w:del {by}>{gone}</w:del><w:ins {by}>{fresh}</w:ins>"
        parts[DOCUMENT] = text.replace(run.group(), tracked).encode()

    return rewritten(data, change)


def with_names(data: bytes) -> bytes:
    """The file as Word saves it on somebody's computer: names, company, template path, editing sessions."""

    def change(parts: dict[str, bytes]) -> None:
        core = parts["docProps/core.xml"].decode()
        core = re.sub(r"(<dc:creator>)[^<]*", r"\1Robin Typist", core)
        parts["docProps/core.xml"] = re.sub(r"(<cp:lastModifiedBy>)[^<]*", r"\1Robin Typist", core).encode()
        parts["docProps/app.xml"] = b"<Properties><Company>Typist Ltd</Company><Pages>2</Pages></Properties>"
        parts["docProps/custom.xml"] = b'<?xml version="1.0"?><Properties xmlns="u"><p>Robin Typist</p></Properties>'
        parts["word/people.xml"] = b'<?xml version="1.0"?><w15:people xmlns:w15="u"><w15:p a="Robin"/></w15:people>'
        settings = parts["word/settings.xml"].decode()
        more = '<w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids>'
        parts["word/settings.xml"] = settings.replace("</w:settings>", f"{more}</w:settings>").encode()
        parts[DOCUMENT] = parts[DOCUMENT].replace(b"<w:p>", b'<w:p w:rsidR="00AB12CD" w:rsidRDefault="00AB12CD">', 3)

    return rewritten(data, change)


def parts_of(data: bytes) -> dict[str, bytes]:
    """The package's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def text_of(data: bytes) -> str:
    """The visible text."""
    return re.sub(r"<[^>]+>", " ", parts_of(data)[DOCUMENT].decode())


def part_of_draft(world: World, number: int, name: str) -> bytes:
    """One frozen part of a draft."""
    draft = world.desk.store.draft(world.edition().id, number)
    assert draft is not None
    return world.desk.store.blob(next(part.digest for part in draft.parts if part.name == name))
