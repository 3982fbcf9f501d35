"""Links as people meant them."""

from __future__ import annotations

import pytest

from bot.mail.links import is_file_link, safe_url, unwrap

SAFE = "https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C02&sdata=x&reserved=0"


@pytest.mark.parametrize(
    ("wrapped", "meant"),
    [
        (SAFE.format("https%3A%2F%2Fa.example%2Fb%3Fc%3D1%23d"), "https://a.example/b?c=1#d"),
        (
            SAFE.format("https%3A%2F%2Furldefense.com%2Fv3%2F__https%3A%2F%2Fa.example__%3B%21%21x%24"),
            "https://a.example",
        ),
        ("https://urldefense.com/v3/__https://a.example/?q=1*2__;Kw!!x!y$", "https://a.example/?q=1+2"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_b&d=x", "https://a.example/b"),
        ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fa.example&c=E", "https://a.example"),
        ("https://www.google.com/url?q=https://a.example/x&sa=D", "https://a.example/x"),
        ("https://www.google.com/search?q=https://a.example/x", "https://www.google.com/search?q=https://a.example/x"),
        ("https://a.example/plain", "https://a.example/plain"),
    ],
)
def test_rewriters_are_undone(wrapped: str, meant: str) -> None:
    assert unwrap(wrapped) == meant


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file://server/share",
        "https://user@evil.example/",
        "mailto:a@b.example?bcc=c@d.example",
        "data:x",
        "//x",
        "",
    ],
)
def test_unsafe_addresses_are_refused(url: str) -> None:
    assert safe_url(url) is None


def test_a_javascript_address_inside_a_rewriter_does_not_get_out() -> None:
    assert unwrap(SAFE.format("javascript%3Aalert(1)")).startswith("https://eur01.safelinks")


def test_links_to_files_are_known() -> None:
    assert is_file_link("https://council.sharepoint.com/:w:/s/x")
    assert is_file_link("https://1drv.ms/w/abc")
    assert not is_file_link("https://www.council.example.org/file.docx")
