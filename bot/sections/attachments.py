"""What becomes of each attachment: a section, statistics, a picture, or set aside with a sentence how to send it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.model import AttachmentUse, Finding, Picture, PlacedBlock, Severity
from bot.errors import InputError
from bot.mail.charset import decode_transfer
from bot.mail.lines import Line
from bot.mail.links import is_file_link
from bot.mail.parse import Message, Part
from bot.sections.document import read_document
from bot.sections.pictures import safe_picture

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".csv", ".ods", ".tsv", ".xlsb")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
_LOGO_NAME = re.compile(
    r"logo|banner|signature|icon|facebook|twitter|linkedin|instagram|award|accredit|footer|crest", re.IGNORECASE
)
_SMALL = 40  # pixels of a side below which a picture is an icon
_TINY = 20_000  # bytes below which a picture that the text does not show is an icon
_NO_CONTENT = ("logo", "a signature")
_HOW = {
    ".doc": "It is an old Word file. Please open it in Word, choose Save As, Word Document (.docx), and send that.",
    ".odt": "It is an OpenDocument file. Please save it as Word Document (.docx) and send that.",
    ".rtf": "It is a rich-text file. Please save it as Word Document (.docx) and send that.",
    ".pages": "It is a Pages file. Please export it as Word (.docx) and send that.",
    ".pdf": "A PDF cannot be printed as text. Please send the text in the mail or as a Word file (.docx).",
    ".zip": "Archives are not opened. Please attach the files themselves.",
    ".7z": "Archives are not opened. Please attach the files themselves.",
    ".rar": "Archives are not opened. Please attach the files themselves.",
    ".heic": "It is a picture in Apple's own format. Please send it as JPEG.",
    ".heif": "It is a picture in Apple's own format. Please send it as JPEG.",
    ".pptx": "Slides are not read. Please send the text in the mail or as a Word file (.docx).",
    ".ppt": "Slides are not read. Please send the text in the mail or as a Word file (.docx).",
    ".docm": "It holds macros. Please save it as Word Document (.docx) and send that.",
    ".rpmsg": "The mail is protected by rights management. Please send it again without protection.",
    ".url": "It is a link to a file. Please attach a copy of the file itself.",
    ".one": "It is a OneNote file. Please send the text in the mail.",
}
_SILENT_TYPES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/x-vcard",
    "text/vcard",
)


@dataclass(slots=True)
class Attached:
    """The uses, blocks and findings of a mail's attachments.

    ``pictures`` are the inline files by ``cid:...``, ``blobs`` the bytes of every picture that will be printed, by
    digest.
    """

    uses: list[AttachmentUse] = field(default_factory=list)
    blocks: list[PlacedBlock] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pictures: dict[str, Part] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @property
    def has_content(self) -> bool:
        """Is anything among them that the sender means to be used?"""
        return any(use.use != "set_aside" or not use.reason.startswith(_NO_CONTENT) for use in self.uses)

    def resolve(self, blocks: Sequence[PlacedBlock]) -> list[PlacedBlock]:
        """Pictures in the text made safe to print; logos, and pictures that lie elsewhere, are left out and named."""
        out: list[PlacedBlock] = []
        used: set[str] = set()
        for placed in blocks:
            if not isinstance(placed.block, Picture):
                out.append(placed)
                continue
            part = self._part(placed.block)
            if part is None or _is_logo(part, placed.block):
                continue
            used.add(placed.block.name)
            picture = self.printed(part.data, part.name, placed.block.alt)
            if picture is not None:
                out.append(placed.model_copy(update={"block": picture}))
        for source, part in self.pictures.items():
            if source not in used:
                name = part.name or part.content_id
                self.uses.append(AttachmentUse(name=name, use="set_aside", reason="logo or picture of a signature"))
        return out

    def _part(self, picture: Picture) -> Part | None:
        if picture.name.startswith("data:image/"):
            head, _, coded = picture.name.partition(",")
            if ";base64" in head:
                return Part("picture", head[5:].split(";")[0], decode_transfer(coded.encode(), "base64"), inline=True)
        return self.pictures.get(picture.name)

    def printed(self, data: bytes, name: str, alt: str) -> Picture | None:
        """The picture as it will be printed; one that cannot be opened is set aside and named."""
        try:
            picture, new = safe_picture(data, name, alt)
        except InputError as error:
            self.uses.append(AttachmentUse(name=name or "picture", use="set_aside", reason=str(error)))
            return None
        self.blobs[picture.digest] = new
        self.uses.append(AttachmentUse(name=name or "picture", use="picture"))
        if not alt:
            self.findings.append(
                Finding(
                    code="alt-text",
                    severity=Severity.NOTE,
                    where=name,
                    message="What does this picture show? Readers who cannot see it need one sentence.",
                )
            )
        return picture


def _is_logo(part: Part, picture: Picture) -> bool:
    if _LOGO_NAME.search(f"{part.name} {picture.alt}"):
        return True
    return 0 < picture.height < _SMALL or 0 < picture.width < _SMALL


def read_attachments(message: Message, lines: Sequence[Line]) -> Attached:
    """Sort the attachments of a mail; Word files are read into blocks."""
    found = Attached()
    shown = {line.picture.source for line in lines if line.picture is not None}
    for part in message.attachments:
        _sort(part, found, shown)
    _file_links(lines, found)
    for problem in message.problems:
        if "encrypted" in problem:
            reason = "The mail is encrypted. Please send it again without encryption."
            found.uses.append(AttachmentUse(name="encrypted mail", use="set_aside", reason=reason))
    return found


def _sort(part: Part, found: Attached, shown: set[str]) -> None:
    name = part.name or _default_name(part)
    suffix = "." + name.lower().rpartition(".")[2] if "." in name else ""
    if part.media_type in _SILENT_TYPES or suffix in (".p7s", ".vcf", ".asc"):
        found.uses.append(AttachmentUse(name=name, use="set_aside", reason="a signature or business card"))
    elif part.media_type.startswith("image/") and f"cid:{part.content_id}" in shown and suffix not in _HOW:
        found.pictures[f"cid:{part.content_id}"] = part
    elif part.media_type.startswith("image/") and part.content_id and len(part.data) < _TINY:
        found.uses.append(AttachmentUse(name=name, use="set_aside", reason="logo or picture of a signature"))
    elif suffix == ".docx" or part.media_type.endswith("wordprocessingml.document"):
        _document(part, name, found)
    elif suffix in SPREADSHEETS or "spreadsheet" in part.media_type or part.media_type == "text/csv":
        found.uses.append(AttachmentUse(name=name, use="statistics"))
    elif suffix in PICTURES or (part.media_type.startswith("image/") and suffix not in _HOW):
        picture = found.printed(part.data, name, "")
        if picture is not None:
            found.blocks.append(PlacedBlock(block=picture, source=name))
    else:
        reason = _HOW.get(
            suffix, "Files of this kind are not read. Please send the text in the mail or as a Word file (.docx)."
        )
        found.uses.append(AttachmentUse(name=name, use="set_aside", reason=reason))


def _default_name(part: Part) -> str:
    return f"unnamed ({part.media_type})"


def _document(part: Part, name: str, found: Attached) -> None:
    try:
        document = read_document(part.data)
    except InputError as error:
        found.uses.append(AttachmentUse(name=name, use="set_aside", reason=str(error)))
        return
    found.uses.append(AttachmentUse(name=name, use="section"))
    for block in document.blocks:
        if isinstance(block, Picture):
            printed = found.printed(document.pictures[block.name], name, block.alt)
            if printed is None:
                continue
            block = printed
        found.blocks.append(PlacedBlock(block=block, source=name))
    found.findings += [finding.model_copy(update={"where": name}) for finding in document.findings]


def _file_links(lines: Sequence[Line], found: Attached) -> None:
    """Links that stand for files which only colleagues can open."""
    seen: set[str] = set()
    for line in lines:
        if line.reason:
            continue
        urls = [run.url for run in line.runs or () if run.url] or re.findall(r"https?://[^\s<>\"]+", line.text)
        for url in urls:
            if is_file_link(url) and url not in seen:
                seen.add(url)
                found.uses.append(AttachmentUse(name=url, use="set_aside", reason=_LINK_REASON))
                found.findings.append(
                    Finding(code="file-link", severity=Severity.WARNING, text=url, message=_LINK_REASON)
                )


_LINK_REASON = (
    "It is a link to a file that we cannot open. Please attach a copy"
    " (in Outlook: the arrow on the file, Attach as copy)."
)
