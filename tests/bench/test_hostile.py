"""The development half of the hostile corpus: every file gets the right verdict for the right reason, in 5 s and
256 MB, and nothing hostile is published.

The manifest says in words what it expects of each file; ``REASONS`` says it by the code and the words of our reason.
Each file is judged in a process of its own, so that its time and memory can be measured; those of the cage count in.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import zipfile
from pathlib import Path

import pytest

from tests.bench.judging import judge

CORPUS = Path(__file__).parents[3] / "shared" / "bench" / "hostile"
MANIFEST = json.loads((CORPUS / "manifest.json").read_text()) if CORPUS.is_dir() else {"files": [], "world": {}}
NEVER = re.compile(
    r"SECRET|COMMENT-SECRET|A Person|javascript:|vbscript:|>\s*49\s*<|\b49 and\b|root:x:|QQ 12", re.IGNORECASE
)

pytestmark = pytest.mark.bench


CPU_SECONDS_MAX = 5.0
GROWN_KB_MAX = 256 * 1024

REASONS = {
    "e01": "unknown-sender: .*neither an editor",
    "e02": "malformed-sender: more than one From",
    "e04": "malformed-sender: the From field is not exactly one plain address",
    "e10": "unknown-sender: .*neither an editor",
    "a01": "not-authenticated: two headers claim to be our mail server's",
    "a03": "not-authenticated: our mail server says nothing",
    "a05": "not-authenticated: DMARC says fail",
    "a08": "not-authenticated: DMARC says fail",
    "c01": "old-draft: .*no longer the current one",
    "c02": "unclear-command: .*nothing was changed",
    "c04": "unclear-command: .*not approving",
    "c08": "command: APPROVE for the current draft",
    "c09": "repeat: ",
    "l01": "automatic: .*commands nothing and gets no answer",
    "l03": "own: ",
    "l07": "bounce: .*could not be delivered",
    "i01": "header-injection: ",
    "i03": r"wrong-kind: .*\.docx but is a text file",
    "i08": "header-injection: .*control characters",
    "m01": r"too-deeply-nested: .*\(limit 20\)",
    "m04": "headers-too-long: ",
    "m06": "headers-too-long: ",
    "m13": "broken-encoding: .*cannot be decoded",
    "m21": "mail-empty: ",
    "m24": "program: ",
    "m25": "protective-marking: .*National Insurance",
    "d01": "too-big: .*unpacked",
    "d05": "unsafe-package: .*document type",
    "d08": "unsafe-package: .*document type",
    "d10": "damaged: .*cut off",
    "d12": "unsafe-package: .*unsafe name",
    "d21": "remote-content: .*another computer",
    "d22": "bad-link: .*its text stays",
    "d26": "macros: Files with macros are not accepted",
    "d30": "tracked-changes: ",
    "d34": "absurd-table: .*columns",
    "t01": "template: .*in paragraph 1",
    "t02": "template: it can be used",
    "t03": "template: .*Unknown name {{ titel }} in paragraph 2",
    "x01": "too-big: .*unpacked",
    "x06": "formula: .*only its stored value",
    "x09": "hidden-content: A hidden sheet",
    "x14": r"wrong-kind: .*\.xlsx but is a web page",
    "v01": "formula-text: ",
    "v11": "wrong-kind: .*compressed file",
    "h01": "active-content: ",
    "h03": "bad-link: ",
    "h05": "Text that the mail hides from its reader was left out",
    "h06": "too-deep: ",
}
READ_AS_USUAL = "submission: "  # every other file: the controls, and text that only looks dangerous


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_each_file_gets_the_right_verdict_for_the_right_reason_within_its_limits(entry):
    with multiprocessing.get_context("fork").Pool(1) as child:
        judged, seconds, grown_kb = child.apply(measured, (entry,))
    assert judged["verdict"] == entry["must"], judged["reason"]
    assert re.search(REASONS.get(entry["file"][:3], READ_AS_USUAL), judged["reason"]), judged["reason"]
    for path in judged["outputs"]:
        assert not NEVER.search(text_of(Path(path))), path
    assert seconds <= CPU_SECONDS_MAX
    assert grown_kb <= GROWN_KB_MAX


def measured(entry):
    """The judgement of a file, the CPU seconds that it took and how many KB it took: this process grown, or
    the whole of its child in the cage, whichever is more."""
    import resource

    began = resource.getrusage(resource.RUSAGE_SELF)
    for before in entry.get("after", ()):
        judge(CORPUS / before, MANIFEST["world"])
    judged = judge(CORPUS / entry["file"], MANIFEST["world"])
    own, caged = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime - began.ru_utime - began.ru_stime + caged.ru_utime + caged.ru_stime
    return judged, seconds, max(own.ru_maxrss - began.ru_maxrss, caged.ru_maxrss)


def text_of(path):
    """Everything readable in an output, packages unzipped."""
    if path.suffix != ".docx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
