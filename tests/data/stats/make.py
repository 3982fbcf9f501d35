"""Makes plain.xls and hidden.xls beside this file: run once with LibreOffice at hand (``soffice`` on the path)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from openpyxl.worksheet.worksheet import Worksheet  # noqa: E402

from tests.stats.build import plain, xlsx  # noqa: E402
from tests.stats.cases import SINCE  # noqa: E402


def _hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[6].hidden = True
    book = sheet.parent
    assert book is not None
    book["Working"].sheet_state = "hidden"


def main() -> None:
    """Convert two .xlsx files to .xls."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise SystemExit("LibreOffice is needed to make .xls files.")
    files = {
        "plain": xlsx(plain(SINCE)),
        "hidden": xlsx(plain(SINCE), _hide, more={"Working": [["SECRET", 1]]}),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            source = Path(folder) / f"{name}.xlsx"
            source.write_bytes(data)
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = [soffice, profile, "--headless", "--convert-to", "xls", "--outdir", str(HERE), str(source)]
            subprocess.run(command, check=True, timeout=180)


if __name__ == "__main__":
    main()
