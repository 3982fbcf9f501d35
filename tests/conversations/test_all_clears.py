"""The operator hears of a trouble once, and once that it is over; and every trouble ends when its cause is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model import DeliveryState, EditionState, Problem
from bot.core.records import ProblemCleared, ProblemNoted
from bot.errors import StoreError
from bot.service import Service, tick
from bot.service.operator import heading, tell_operator
from tests.conversations.test_gaps import configured
from tests.conversations.world import BULLETIN, PERIOD, Person, World

PLACE = f"{BULLETIN} {PERIOD}"


def told(world: World, code: str) -> list[str]:
    """The alerts and all-clears about a kind of trouble, queued or sent, in alphabetical order."""
    keys = [delivery.key.split("/") for delivery in world.desk.store.deliveries(kind="alert")]
    return sorted(key[0] for key in keys if key[1].startswith(f"{code}%"))


def open_now(world: World) -> list[str]:
    return [problem.code for problem in world.desk.store.problems()]


def draft_cannot_be_saved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full whenever a draft is made."""
    real = world.desk.store.apply

    def apply(changes, at):
        if any(change.change == "draft_added" for change in changes):
            raise StoreError("The disk is full.", "Free some space.", "disk-full")
        real(changes, at)

    monkeypatch.setattr(world.desk.store, "apply", apply)


def comes_back(world: World, person: Person) -> None:
    """The newest mail to this person could not be delivered."""
    original = person.mails()[-1].message["Message-ID"]
    report = (
        "From: postmaster@council.example.org\r\nSubject: Failed\r\n"
        f"Message-ID: <back-{world.written}@council.example.org>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns;mx\r\n\r\nFinal-Recipient: rfc822;{person.address}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\r\n--b--\r\n"
    )
    world.delivers(report.encode())


# ------------------------------------------------------------------------------------------------- once, and once


def test_requests_that_were_missed_and_go_out_after_all_are_one_alert_and_one_all_clear(world: World) -> None:
    world.at("2025-08-01 08:30")
    world.at("2025-08-13 09:00")
    assert told(world, "requests-missed") == ["alert"]
    world.editor.replies("EXTEND 28 August", to=world.editor.received("notice"), quoting=False)
    for minute in (5, 10):
        world.at(f"2025-08-13 09:{minute:02d}")
    assert told(world, "requests-missed") == ["alert", "all-clear"]
    assert "Nothing needs doing" in world.operator.received("alert").text


def test_an_all_clear_that_a_kill_kept_back_is_said_once_when_the_bot_is_there_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at("2025-08-01 09:00")
    with monkeypatch.context() as disk:
        draft_cannot_be_saved(world, disk)
        world.at("2025-08-12 12:00")
        world.tick()
    assert told(world, "edition-stuck") == ["alert"]

    def killed(desk):
        raise KeyboardInterrupt

    with monkeypatch.context() as end:
        end.setattr(tick, "tell_operator", killed)
        with pytest.raises(KeyboardInterrupt):
            world.at("2025-08-12 12:05")
    assert open_now(world) == []
    assert told(world, "edition-stuck") == ["alert"]
    world.at("2025-08-14 09:00")
    world.service = Service(world.desk)
    world.at("2025-08-15 09:00")
    assert told(world, "edition-stuck") == ["alert", "all-clear"]


def test_a_trouble_that_came_and_went_between_two_alerts_is_not_told_as_over(world: World) -> None:
    now = world.clock.now()
    problem = Problem(code="refused", sentence="It was refused.", where="nothing/that/left")
    for code in ("clock-moved", "refused"):
        world.desk.store.apply([ProblemNoted(problem=problem.model_copy(update={"code": code}))], now)
        world.desk.store.apply([ProblemCleared(code=code, where=problem.where)], now)
    assert tell_operator(world.desk) == 0


@pytest.mark.parametrize("answer", ["operator: sent", "found in the mailbox after a silence"])
def test_what_the_operator_settled_needs_no_all_clear_and_what_was_found_does(world: World, answer: str) -> None:
    world.at("2025-08-01 09:00")
    store, now = world.desk.store, world.clock.now()
    key = world.lead("hate-crime").received("request").delivery.key
    store.apply([ProblemNoted(problem=Problem(code="in-doubt", sentence="Who knows?", where=key))], now)
    world.tick()
    assert told(world, "in-doubt") == ["alert"]
    mail = store.delivery(key)
    assert mail is not None
    assert mail.state is DeliveryState.SENT
    settled = mail.model_copy(update={"reason": answer})
    store.apply([ProblemCleared(code="in-doubt", where=key)], now)
    real = store.delivery
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "delivery", lambda wanted: settled if wanted == key else real(wanted))
        world.tick()
        world.tick()
    assert told(world, "in-doubt") == (["alert"] if answer.startswith("operator") else ["alert", "all-clear"])


def test_a_mail_that_is_tried_again_or_unparked_is_not_told_as_over(world: World) -> None:
    world.at("2025-08-01 09:00")
    store, now = world.desk.store, world.clock.now()
    key = world.lead("hate-crime").received("request").delivery.key
    places = {"refused": "ccsu-rag/2025-08/none", "parked": "inbound 1", "in-doubt": key}
    for code, where in places.items():
        store.apply([ProblemNoted(problem=Problem(code=code, sentence="It broke.", where=where))], now)
    world.tick()
    store.apply([ProblemCleared(code=code, where=where) for code, where in places.items()], now)
    real = store.delivery
    mail = real(key)
    assert mail is not None
    again = mail.model_copy(update={"state": DeliveryState.QUEUED})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "delivery", lambda wanted: again if wanted == key else real(wanted))
        assert tell_operator(world.desk) == 0
    assert [told(world, code) for code in places] == [["alert"]] * 3


# ------------------------------------------------------------------------------------------------- the cause is gone


def test_an_edition_that_was_stuck_is_so_no_longer_when_it_is_cancelled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_cannot_be_saved(world, monkeypatch)
    world.at("2025-08-01 09:00")
    world.at("2025-08-12 12:00")
    world.tick()
    assert open_now(world) == ["edition-stuck"]  # it stays while there is a draft to be made
    with pytest.MonkeyPatch.context() as patch:
        cancelled = world.edition().model_copy(update={"state": EditionState.CANCELLED})
        patch.setattr(world.desk.store, "edition", lambda bulletin, period: cancelled)
        world.at("2025-08-12 12:05")
    assert open_now(world) == []
    assert "all-clear" in told(world, "edition-stuck")


@pytest.mark.parametrize("ended", ["nothing is due any more", "the bulletin is gone", "it cannot be read"])
def test_an_edition_that_has_nothing_to_do_is_not_stuck(
    world: World, ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at("2025-08-01 09:00")
    where = "other 2025-08" if ended == "the bulletin is gone" else PLACE
    problem = Problem(code="edition-stuck", sentence="It broke.", where=where)
    world.desk.store.apply([ProblemNoted(problem=problem)], world.clock.now())
    world.tick()
    if ended == "it cannot be read":

        def damaged(edition_id):
            raise StoreError("Bytes were damaged.", "Restore a backup.", "blob-damaged")

        monkeypatch.setattr(world.desk.store, "view", damaged)
    for minute in (5, 10):
        world.at(f"2025-08-01 09:{minute:02d}")
    assert open_now(world) == (["edition-stuck"] if ended == "it cannot be read" else [])


def test_trouble_of_a_bulletin_that_has_stopped_waits_with_it(world: World) -> None:
    problem = Problem(code="no-readers", sentence="Nobody.", where="other 2025-08")
    world.desk.store.apply([ProblemNoted(problem=problem)], world.clock.now())
    world.desk = replace(world.desk, absent={"other": Problem(code="bulletin-stopped", sentence="x", where="other")})
    world.service = Service(world.desk)
    world.tick()
    world.tick()
    assert "no-readers" in open_now(world)


def test_an_editor_whose_mail_came_back_is_one_alert_and_over_when_they_write(world: World) -> None:
    world.in_review()
    comes_back(world, world.editor)
    world.tick()
    assert told(world, "editor-unreachable") == ["alert"]
    (problem,) = world.desk.store.problems()
    assert problem.where == f"{BULLETIN} {world.editor.address}"
    world.editor.replies("STATUS", quoting=False)
    world.tick()
    assert told(world, "editor-unreachable") == ["alert", "all-clear"]
    assert open_now(world) == []


def test_an_editor_who_was_replaced_is_unreachable_no_longer(world: World) -> None:
    world.in_review()
    comes_back(world, world.editor)
    world.tick()
    assert open_now(world) == ["editor-unreachable"]
    editors = world.config.bulletin(BULLETIN).editors
    new = editors[0].model_copy(update={"address": "new.editor@council.example.org"})
    configured(world, editors=(new,))
    world.tick()
    assert open_now(world) == []


def test_a_list_without_readers_is_trouble_until_there_are_some(world: World) -> None:
    readers = world.config.bulletin(BULLETIN).readers
    configured(world, readers=())
    problem = Problem(code="no-readers", sentence="Nobody could get it.", where=PLACE)
    world.desk.store.apply([ProblemNoted(problem=problem)], world.clock.now())
    world.tick()
    world.tick()
    assert open_now(world) == ["no-readers"]
    configured(world, readers=readers)
    world.tick()
    assert told(world, "no-readers") == ["alert", "all-clear"]


def test_the_list_was_filled_before_anybody_looked_and_the_operator_hears_of_it_all_the_same(world: World) -> None:
    problem = Problem(code="no-readers", sentence="Nobody could get it.", where=PLACE)
    world.desk.store.apply([ProblemNoted(problem=problem)], world.clock.now())
    world.tick()
    world.tick()
    assert told(world, "no-readers") == ["alert", "all-clear"]


def test_a_file_that_cannot_be_read_is_told_once_and_over_when_it_is_gone(world: World) -> None:
    world.at("2025-08-01 09:00")
    file = world.box.root / "new" / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 60)
    for minute in (5, 10, 15):
        world.at(f"2025-08-01 09:{minute:02d}")
    (problem,) = world.desk.store.problems()
    assert (problem.code, problem.where) == ("mail-unreadable", f"{world.box.name}: new/picture.png")
    assert told(world, "mail-unreadable") == ["alert"]
    file.unlink()
    world.at("2025-08-01 09:20")
    world.at("2025-08-01 09:25")
    assert told(world, "mail-unreadable") == ["alert", "all-clear"]


@pytest.mark.parametrize("cut", ["not every mail was tried", "the seconds were over"])
def test_a_mailbox_that_was_not_read_to_the_end_ends_no_trouble(
    world: World, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at("2025-08-01 09:00")
    file = world.box.root / "new" / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 60)
    world.at("2025-08-01 09:05")
    world.at("2025-08-01 09:10")
    file.unlink()
    if cut == "not every mail was tried":
        monkeypatch.setattr(world.box, "read_all", False, raising=False)
    else:
        monkeypatch.setattr(tick, "MOST_RECEIVED", 0)
    world.at("2025-08-01 09:15")
    assert open_now(world) == ["mail-unreadable"]


def test_a_mail_about_a_bulletin_or_an_edition_names_it(world: World) -> None:
    assert heading(world.desk, PLACE)["month"] == "August 2025"
    assert heading(world.desk, f"{BULLETIN} editor@council.example.org")["month"] == "August 2025"
    assert heading(world.desk, f"{BULLETIN}/2025-06/bulletin/v1")["month"] == "June 2025"
    assert heading(world.desk, "folder")["bulletin"] == world.config.bulletin(BULLETIN).title
