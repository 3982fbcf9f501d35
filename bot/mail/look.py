"""One look for all our mails: colours and inline styles, as the templates and the block printer use them.

Outlook reads inline styles only, so every element carries its own; the classes are for dark mode and small screens,
which the other clients take from the style sheet in the layout. Text contrast is at least 7:1 on its ground.
"""

from __future__ import annotations

INK = "#1c2b33"
MUTED = "#4a5a64"
ACCENT = "#14495c"
LINE = "#cfd8dc"
PANEL = "#f2f6f7"

FONT = "font-family:Arial,Helvetica,sans-serif;"
BODY = f"{FONT}font-size:16px;line-height:1.5;color:{INK};"

STYLES: dict[str, str] = {
    "body": BODY,
    "p": f"{BODY}margin:0 0 14px 0;",
    "small": f"{FONT}font-size:14px;line-height:1.45;color:{MUTED};margin:0 0 10px 0;",
    "mast": (
        f"{FONT}font-size:15px;line-height:1.4;color:{ACCENT};margin:0 0 20px 0;padding:0 0 8px 0;"
        f"border-bottom:3px solid {ACCENT};"
    ),
    "marking": f"{FONT}font-size:13px;line-height:1.4;color:{MUTED};margin:0 0 10px 0;text-align:center;",
    "h1": f"{FONT}font-size:22px;line-height:1.3;font-weight:bold;color:{INK};margin:0 0 12px 0;",
    "h2": f"{FONT}font-size:18px;line-height:1.35;font-weight:bold;color:{ACCENT};margin:26px 0 8px 0;",
    "h3": f"{FONT}font-size:16px;line-height:1.4;font-weight:bold;color:{INK};margin:18px 0 6px 0;",
    "h4": f"{FONT}font-size:16px;line-height:1.4;font-weight:bold;color:{MUTED};margin:14px 0 6px 0;",
    "key": (f"{BODY}margin:0 0 16px 0;padding:10px 14px;background-color:{PANEL};border-left:4px solid {ACCENT};"),
    "marker": f"{FONT}font-size:17px;line-height:1.4;font-weight:bold;color:{ACCENT};margin:22px 0 6px 0;",
    "endmarker": f"{FONT}font-size:13px;line-height:1.4;color:{MUTED};margin:0 0 10px 0;",
    "list": f"{BODY}margin:0 0 14px 0;padding:0 0 0 26px;",
    "li": f"{BODY}margin:0 0 6px 0;",
    "a": f"color:{ACCENT};text-decoration:underline;",
    "table": f"border-collapse:collapse;margin:0 0 16px 0;border:1px solid {LINE};",
    "th": (
        f"{FONT}font-size:15px;line-height:1.4;color:{INK};background-color:{PANEL};border:1px solid {LINE};"
        "padding:6px 10px;text-align:left;vertical-align:top;font-weight:bold;"
    ),
    "td": (
        f"{FONT}font-size:15px;line-height:1.4;color:{INK};border:1px solid {LINE};padding:6px 10px;"
        "text-align:left;vertical-align:top;"
    ),
    "number": "text-align:right;white-space:nowrap;",
    "print": f"margin:0 0 18px 0;padding:14px 18px 4px 18px;border:1px solid {LINE};border-top:4px solid {ACCENT};",
    "rule": f"border:0;border-top:1px solid {LINE};height:1px;margin:26px 0 12px 0;",
}
