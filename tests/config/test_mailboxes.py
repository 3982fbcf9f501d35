"""The kinds of mailboxes, where their secrets are, and whom to trust."""

from __future__ import annotations

import pytest

from bot.config import (
    EwsSettings,
    FolderSettings,
    GraphSettings,
    ImapSettings,
)
from tests.config.files import Files

IMAP = """
kind = "imap"
address = "rag.update@council.example.org"
[mailbox.imap]
host = "imap.council.example.org"
port = 993
username = "rag.update"
password_env = "MAIL_PASSWORD"
[mailbox.smtp]
host = "smtp.council.example.org"
port = 587
security = "starttls"
username = "rag.update"
password_env = "MAIL_PASSWORD"
"""
EWS = """
kind = "ews"
address = "rag.update@council.example.org"
endpoint = "https://mail.council.example.org/EWS/Exchange.asmx"
username = 'COUNCIL\\svc-bulletin'
password_env = "MAIL_PASSWORD"
"""
GRAPH = """
kind = "graph"
address = "rag.update@council.example.org"
[mailbox.oauth]
tenant_id = "11111111-2222-3333-4444-555555555555"
client_id = "66666666-7777-8888-9999-000000000000"
client_secret_env = "MAIL_PASSWORD"
"""


def with_mailbox(files: Files, text: str, profile: str = "none") -> None:
    whole = files.path("bot.toml").read_text("utf-8")
    before, _, rest = whole.partition("[mailbox]\n")
    files.write("bot.toml", f"{before}[mailbox]{text}\n[trust]{rest.partition('[trust]')[2]}")
    files.change("bot.toml", 'profile = "folder"', f'profile = "{profile}"')


@pytest.mark.parametrize(
    ("text", "model", "profile"),
    [(IMAP, ImapSettings, "none"), (EWS, EwsSettings, "exchange-onprem"), (GRAPH, GraphSettings, "exchange-online")],
)
def test_each_kind_of_mailbox_is_read_and_misses_its_secret(files: Files, text: str, model: type, profile: str) -> None:
    with_mailbox(files, text, profile)
    config = files.load(MAIL_PASSWORD="canary-7")
    assert isinstance(config.mailbox, model)
    assert "canary-7" not in repr(config) + config.model_dump_json() + "\n".join(config.summary())
    problem = files.problem()
    assert "mailbox lacks a secret." in problem
    assert "the environment has no MAIL_PASSWORD" in problem
    assert config.folder_path() is None


def test_passwords_come_from_the_environment_or_a_file(files: Files) -> None:
    with_mailbox(files, EWS.replace('password_env = "MAIL_PASSWORD"', 'password_file = "secrets/mail"'))
    assert "cannot be read" in files.problem()
    path = files.directory.parent / "secrets" / "mail"
    path.parent.mkdir()
    path.write_text("\n")
    assert "is empty" in files.problem()
    path.write_text("canary-7\n")
    mailbox = files.load().mailbox
    assert isinstance(mailbox, EwsSettings)
    password = mailbox.password({})
    assert password is not None
    assert password.get_secret_value() == "canary-7"


def test_a_secret_in_a_file_is_refused_and_never_shown(files: Files) -> None:
    with_mailbox(files, EWS.replace('password_env = "MAIL_PASSWORD"', 'password = "canary-7"'))
    text = "\n".join(files.problems())
    assert "mailbox.password = (not shown) may not stand here" in text
    assert 'Did you mean "password_env"?' in text
    assert "canary-7" not in text


def test_a_password_in_the_store_url_is_refused_and_never_shown(files: Files) -> None:
    files.change("bot.toml", "[store]", '[store]\nurl = "postgresql+psycopg://bot:canary-7@db.example/bulletin"')
    text = "\n".join(files.problems())
    assert "url holds a password" in text
    assert "canary-7" not in text


def test_the_store_url_takes_its_password_from_outside(files: Files) -> None:
    files.change(
        "bot.toml", "[store]", '[store]\nurl = "postgresql+psycopg://bot@db.example/bulletin"\npassword_env = "DB"'
    )
    assert "the environment has no DB" in files.problem()
    config = files.load(DB="p@ss/7")
    assert (
        config.store_url({"DB": "p@ss/7"}).get_secret_value()
        == "postgresql+psycopg://bot:p%40ss%2F7@db.example/bulletin"
    )
    files.change(
        "bot.toml", 'url = "postgresql+psycopg://bot@db.example/bulletin"\npassword_env = "DB"', 'url_env = "U"'
    )
    config = files.load(U="sqlite:////srv/b.db")
    assert config.store_url({"U": "sqlite:////srv/b.db"}).get_secret_value() == "sqlite:////srv/b.db"
    assert "store: from the environment" in config.summary()


def test_a_relative_sqlite_path_is_taken_from_the_directory_above(files: Files) -> None:
    files.change("bot.toml", "[store]", '[store]\nurl = "sqlite:///data/b.db"')
    expected = f"sqlite:///{(files.directory.parent / 'data' / 'b.db').as_posix()}"
    assert files.load().store_url({}).get_secret_value() == expected


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (IMAP, 'security = "starttls"', 'security = "plain"', "without encryption"),
        (IMAP, 'password_env = "MAIL_PASSWORD"\n[', "[", "needs imap.password_env, imap.password_file or oauth"),
        (IMAP, "port = 993", "port = 99300", "mailbox.imap.port = 99300"),
        (IMAP, "host =", "hots =", 'Did you mean "host"?'),
        (EWS, "endpoint = ", "server = 'x'\nendpoint = ", "exactly one of endpoint, server"),
        (EWS, "endpoint = ", "auth = 'oauth'\nendpoint = ", "needs an [mailbox.oauth] table"),
        (EWS, "endpoint = ", "access = 'delegat'\nendpoint = ", 'Did you mean "delegate"?'),
        (EWS, "https://", "http://", "mailbox.endpoint"),
        (GRAPH, "client_secret_env", "certificate_file = 'x.pem'\nclient_secret_env", "needs exactly one of client_s"),
        (GRAPH, 'tenant_id = "', 'tenant = "', 'Did you mean "tenant_id"?'),
    ],
)
def test_mailbox_settings_that_cannot_work_are_told(files: Files, text: str, old: str, new: str, said: str) -> None:
    with_mailbox(files, text.replace(old, new, 1))
    problems = files.problems(MAIL_PASSWORD="canary-7")
    assert any(said in problem for problem in problems), problems


def test_plain_smtp_to_this_machine_is_allowed(files: Files) -> None:
    text = IMAP.replace('"smtp.council.example.org"', '"localhost"').replace('"starttls"', '"plain"')
    with_mailbox(files, text)
    assert isinstance(files.load(MAIL_PASSWORD="x").mailbox, ImapSettings)


def test_a_bulletin_may_have_its_own_mailbox(files: Files) -> None:
    files.append("bulletin.toml", '\n[mailbox]\nkind = "folder"\n[trust]\nprofile = "none"\n')
    config = files.load()
    bulletin = config.bulletins[0]
    assert isinstance(config.mailbox_of(bulletin), FolderSettings)
    assert config.trust_of(bulletin).as_profile().kind == "none"
    assert config.folder_path(bulletin) == config.data_directory / "mailbox-ccsu-rag"
    files.change("bulletin.toml", 'profile = "none"', 'profile = "exchange-onprem"')
    assert "config/ccsu-rag/bulletin.toml: trust = " in files.problem()


def test_the_trust_rules_reach_the_reader_of_mail(files: Files) -> None:
    config = files.load()
    profile = config.trust_of(config.bulletins[0]).as_profile()
    assert (profile.kind, profile.internal_domains) == ("folder", ("council.example.org",))
    assert config.mailbox_of(config.bulletins[0]) is config.mailbox
