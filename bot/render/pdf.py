"""The PDF of our own Word bulletin, tagged for screen readers (PDF/UA), where LibreOffice is installed; else none.

Only what we printed ourselves is converted: LibreOffice shows deleted text of tracked changes as if it stood, so a
file from elsewhere is refused. Plain conversion gives an untagged PDF; it must be told twice.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from bot.errors import InputError
from bot.render.docx_reader import read_docx

PROGRAMS = ("libreoffice", "soffice", "soffice.exe")
SECONDS_MAX = 120
_FILTER = "pdf:writer_pdf_Export:" + json.dumps(
    {
        "UseTaggedPDF": {"type": "boolean", "value": "true"},
        "PDFUACompliance": {"type": "boolean", "value": "true"},
        "ExportBookmarks": {"type": "boolean", "value": "true"},
    },
    separators=(",", ":"),
)


def pdf_available() -> bool:
    """Whether this machine can make PDFs."""
    return _program() is not None


def render_pdf(docx: bytes) -> bytes:
    """The PDF of a Word bulletin that we rendered.

    Raises InputError when the file has tracked changes, when LibreOffice is not there, or when it gives no PDF.
    """
    program = _program()
    if program is None:
        raise InputError(
            "A PDF cannot be made: LibreOffice is not installed here.", "Install it or turn PDF off.", "no-pdf"
        )
    document = read_docx(docx)
    if document.insertions or document.deletions or document.comments:
        raise InputError("A PDF is only made of a file without tracked changes and comments.", "", "no-pdf")
    with tempfile.TemporaryDirectory(prefix="bulletin-pdf-") as folder:
        source = Path(folder, "bulletin.docx")
        source.write_bytes(docx)
        profile = Path(folder, "profile").as_uri()  # its own profile: a second LibreOffice would hand over and end
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            _FILTER,
            "--outdir",
            folder,
        ]
        try:
            subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=SECONDS_MAX)  # noqa: S603
            return Path(folder, "bulletin.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise InputError(
                "LibreOffice made no PDF of the bulletin.", "Try again, or send without it.", "no-pdf"
            ) from error


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)
