"""The configuration: bot.toml and one directory a bulletin, read into checked values.

``load_config`` reports every fault of every file at once, each with file, line, key, value, what is allowed and the
nearest match. The parts: text (encodings, TOML with lines, CSV), fields and settings (the models of bot.toml), bulletin
(the models of a bulletin's files), people (CSV lists), complaints and faults (what is wrong), join and load (all
together).
"""

from bot.config.bulletin import BulletinConfig
from bot.config.faults import Fault, nearest
from bot.config.load import BrokenBulletin, Config, examine, load_config, load_usable
from bot.config.settings import (
    EwsSettings,
    FolderSettings,
    GraphSettings,
    ImapSettings,
    MailboxSettings,
    OauthSettings,
    ServerSettings,
    TrustSettings,
)

__all__ = [
    "BrokenBulletin",
    "BulletinConfig",
    "Config",
    "EwsSettings",
    "Fault",
    "FolderSettings",
    "GraphSettings",
    "ImapSettings",
    "MailboxSettings",
    "OauthSettings",
    "ServerSettings",
    "TrustSettings",
    "examine",
    "load_config",
    "load_usable",
    "nearest",
]
