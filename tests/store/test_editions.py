"""Editions: compare-and-set, all or nothing, and one view of all that a planner needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from bot.core.model import EditionState, Person, Problem, Verdict
from bot.core.records import (
    Absence,
    AbsenceEnded,
    AbsenceNoted,
    Change,
    Count,
    CountsAdded,
    DecisionAdded,
    DueDone,
    EditionSaved,
    Logged,
    ProblemCleared,
    ProblemNoted,
    Token,
    TokenIssued,
    TokensKilled,
)
from bot.errors import Conflict, StoreError
from bot.store.viewing import MOST_STRAYS
from tests.store.world import NOW, World, blob, edition, later


def test_an_edition_is_created_once(world: World) -> None:
    again = world.store.add_edition(edition(cause="another"))
    assert again == world.edition
    assert again.cause == ""
    assert world.store.edition("ccsu-rag", "2025-08") == world.edition
    assert world.store.edition("ccsu-rag", "2025-09") is None
    assert world.store.edition_by_id(world.edition.id) == world.edition
    assert world.store.edition_by_id(99) is None


def test_everything_an_edition_holds_comes_back(world: World) -> None:
    full = edition(
        "2025-10",
        approved_draft=3,
        approved_by="editor@council.example.org",
        approved_at=NOW,
        readers=(Person(name="Reader", address="reader@csp.example", csp="Broxbourne"),),
        skipped_themes=("hate-crime",),
        notes=("a note – with a dash",),
        cause="HOLD by editor",
    )
    stored = world.store.add_edition(full)
    assert stored == full.model_copy(update={"id": stored.id})


def test_editions_come_oldest_period_first(world: World) -> None:
    world.store.add_edition(edition("2025-07"))
    world.store.add_edition(edition("2025-06", "other"))
    assert [one.period for one in world.store.editions()] == ["2025-06", "2025-07", "2025-08"]
    assert [one.period for one in world.store.editions("ccsu-rag")] == ["2025-07", "2025-08"]


def test_saving_counts_the_version_and_the_second_of_two_loses(world: World) -> None:
    first = world.saved(EditionState.COLLECTING)
    second = world.saved(EditionState.CANCELLED)
    world.store.apply([first], NOW)
    with pytest.raises(Conflict, match="2025-08 was changed meanwhile"):
        world.store.apply([second], NOW)
    now = world.store.edition_by_id(world.edition.id)
    assert now is not None
    assert (now.state, now.version) == (EditionState.COLLECTING, 1)


def test_a_lost_race_writes_nothing_of_the_same_transaction(world: World) -> None:
    world.save(EditionState.COLLECTING)
    stale = EditionSaved(edition=world.edition.model_copy(update={"state": EditionState.CANCELLED}))
    changes: list[Change] = [*world.queued("a"), DueDone(edition_id=1, name="request"), Logged(what="x"), stale]
    with pytest.raises(Conflict):
        world.store.apply(changes, NOW)
    assert world.store.deliveries() == ()
    assert world.store.view(world.edition.id).done == frozenset()
    assert world.store.events() == ()


def test_due_submission_draft_decision_and_token_say_no_the_second_time(world: World) -> None:
    mail, other = world.mail("1"), world.mail("2")
    decision = DecisionAdded(edition_id=world.edition.id, inbound=mail, draft=1, word="APPROVE", person="e@x.example")
    token = Token(hash="h", purpose="editor", bulletin="ccsu-rag", period="2025-08", draft=1, person="e@x.example")
    once: list[Change] = [
        DueDone(edition_id=world.edition.id, name="request"),
        world.submission(mail),
        *world.drafted(1),
        decision,
        TokenIssued(token=token),
    ]
    world.store.apply(once, NOW)
    twice: list[Change] = [once[0], world.submission(other), world.submission(mail, revision=2), *once[3:]]
    for change in twice:
        with pytest.raises(Conflict):
            world.store.apply([change], later(1))
    assert len(world.store.view(world.edition.id).submissions) == 1
    (decided,) = world.store.decisions(world.edition.id)
    assert (decided.word, decided.draft, decided.person, decided.at) == ("APPROVE", 1, "e@x.example", NOW)
    assert world.store.decisions(0) == ()


def test_a_draft_without_the_bytes_of_its_parts_is_refused(world: World) -> None:
    with pytest.raises(StoreError) as told:
        world.store.apply(world.drafted(1)[1:], NOW)
    assert told.value.code == "refused"
    assert world.store.draft(world.edition.id, 1) is None


def test_a_view_holds_everything_of_its_edition_and_nothing_of_another(world: World) -> None:
    mail, held, stray, foreign = (world.mail(str(number)) for number in range(4))
    other = world.store.add_edition(edition("2025-07"))
    absence = Absence(
        address="Lead@council.example.org", since=NOW, until=date(2025, 8, 20), why="out_of_office", inbound=mail
    )
    world.store.apply(
        [
            world.submission(mail),
            *world.drafted(1),
            *world.drafted(2),
            *world.queued("a"),
            *world.queued("b", edition_id=other.id),
            world.closed(held, "held", "held"),
            world.closed(stray, place="left"),
            world.closed(foreign, "held", "held", verdict=Verdict(kind="hold", bulletin="another")),
            AbsenceNoted(absence=absence),
            DueDone(edition_id=world.edition.id, name="draft"),
            DueDone(edition_id=other.id, name="request"),
            world.saved(EditionState.APPROVED, approved_draft=1),
        ],
        NOW,
    )
    view = world.store.view(world.edition.id)
    assert [one.theme for one in view.submissions] == ["hate-crime"]
    assert view.done == {"draft"}
    assert view.draft is not None
    assert view.draft.number == 2
    assert view.approved is not None
    assert view.approved.number == 1
    assert view.approved == world.store.draft(world.edition.id, 1)
    assert view.absences == (absence,)
    assert [one.recipient for one in view.deliveries] == ["a@reader.example"]
    assert [one.id for one in view.held] == [held]
    assert [one.id for one in view.strays] == [stray]


def test_listed_strays_are_not_listed_again(world: World) -> None:
    stray = world.mail()
    world.store.apply([world.closed(stray, place="left"), world.saved(EditionState.PLANNED, strays_listed=stray)], NOW)
    assert world.store.view(world.edition.id).strays == ()


def left(world: World, ref: str, bulletin: str | None = None) -> int:
    """A stray, which may be another bulletin's."""
    stray = world.mail(ref)
    verdict = Verdict(kind="stray", bulletin=bulletin)
    world.store.apply([world.closed(stray, place="left", verdict=verdict)], NOW)
    return stray


def test_strays_that_another_edition_of_the_bulletin_has_listed_are_not_listed_again(world: World) -> None:
    old, new = left(world, "1"), left(world, "2")
    later_one = world.store.add_edition(edition("2025-09"))
    world.store.apply([world.saved(EditionState.DISTRIBUTED, strays_listed=old)], NOW)
    assert [mail.id for mail in world.store.view(later_one.id).strays] == [new]
    other = world.store.add_edition(edition(bulletin="west-rag"))
    assert [mail.id for mail in world.store.view(other.id).strays] == [old, new]  # each bulletin lists them


def test_strays_of_another_bulletin_take_no_room_and_hide_none(world: World) -> None:
    theirs = [left(world, f"t{number}", "west-rag") for number in range(MOST_STRAYS + 5)]
    mine = [left(world, f"m{number}") for number in range(MOST_STRAYS + 5)]
    assert [mail.id for mail in world.store.view(world.edition.id).strays] == mine[:MOST_STRAYS]
    other = world.store.add_edition(edition(bulletin="west-rag"))
    assert [mail.id for mail in world.store.view(other.id).strays] == theirs[:MOST_STRAYS]


def test_a_view_takes_as_many_statements_for_300_deliveries_as_for_one(world: World) -> None:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(world.sql._engine, "before_cursor_execute", note)
    world.queue("one")
    statements.clear()
    world.store.view(world.edition.id)
    few = len(statements)
    world.store.apply([change for number in range(299) for change in world.queued(f"r{number}")], NOW)
    statements.clear()
    assert len(world.store.view(world.edition.id).deliveries) == 300
    assert len(statements) == few


def test_several_views_are_those_of_each_edition_but_for_the_mails_that_a_draft_lists(world: World) -> None:
    mine, others = world.edition.id, [world.store.add_edition(edition("2025-08", f"other-{n}")).id for n in range(2)]
    stray = world.mail("stray")
    world.store.apply(
        [
            world.submission(world.mail("reply")),
            *world.drafted(1, mine),
            *world.drafted(2, others[0]),
            *world.drafted(3, others[0]),
            *world.queued("a"),
            *world.queued("b", edition_id=others[1]),
            *world.queued("c", edition_id=others[1]),
            DueDone(edition_id=others[0], name="request"),
            world.closed(stray, place="left"),
        ],
        NOW,
    )
    first, second, third = world.store.views([others[0], mine, others[1]])
    assert [one.edition.id for one in (first, second, third)] == [others[0], mine, others[1]]
    assert [one.draft.number if one.draft else 0 for one in (first, second, third)] == [3, 1, 0]
    assert [len(one.submissions) for one in (first, second, third)] == [0, 1, 0]
    assert [one.done for one in (first, second, third)] == [{"request"}, set(), set()]
    assert [len(one.deliveries) for one in (first, second, third)] == [0, 1, 2]
    assert [mail.recipient for mail in third.deliveries] == ["b@reader.example", "c@reader.example"]
    assert (second.strays, [mail.id for mail in world.store.view(mine).strays]) == ((), [stray])
    assert world.store.views([]) == ()
    with pytest.raises(StoreError, match="no such edition"):
        world.store.views([mine, 999])


def test_many_editions_are_viewed_in_as_many_statements_as_one(world: World) -> None:
    def statements(ids: list[int]) -> int:
        said: list[str] = []
        note = lambda *given: said.append(given[2])  # noqa: E731 - an event wants a callable
        event.listen(world.sql._engine, "before_cursor_execute", note)
        world.store.views(ids)
        event.remove(world.sql._engine, "before_cursor_execute", note)
        return len(said)

    many = [world.store.add_edition(edition("2025-08", f"bulletin-{number}")).id for number in range(20)]
    assert statements(many) == statements(many[:1]) > 0


def test_opened_names_the_bulletins_that_have_an_edition_of_the_month(world: World) -> None:
    world.store.add_edition(edition("2025-08", "other"))
    world.store.add_edition(edition("2025-07", "older"))
    asked = {"ccsu-rag", "other", "older", "none"}
    assert world.store.opened(asked, "2025-08") == {"ccsu-rag", "other"}
    assert world.store.opened({"other"}, "2025-08") == {"other"}


def test_an_unknown_edition_has_no_view(world: World) -> None:
    with pytest.raises(StoreError) as told:
        world.store.view(99)
    assert told.value.code == "no-edition"


def test_an_absence_belongs_to_the_person_and_the_newest_word_holds(world: World) -> None:
    mail = world.mail()
    first = Absence(address="Lead@x.example", since=NOW, until=None, why="bounce", inbound=mail)
    second = first.model_copy(update={"address": "lead@X.example", "why": "out_of_office", "until": date(2025, 9, 1)})
    world.store.apply([AbsenceNoted(absence=first)], NOW)
    world.store.apply([AbsenceNoted(absence=second)], later(1))
    assert world.store.absences() == (second,)
    world.store.apply([AbsenceEnded(address=" LEAD@x.example")], later(2))
    assert world.store.absences() == ()


def test_figures_are_kept_by_revision(world: World) -> None:
    one = Count(series="custody", period="2025-07", district="Broxbourne", measure="positive", value=196, cumulative=9)
    two = one.model_copy(update={"revision": 2, "value": 197})
    early = one.model_copy(update={"period": "2025-06", "value": 1, "cumulative": None})
    world.store.apply([CountsAdded(counts=(one, two, early)), CountsAdded(counts=())], NOW)
    assert world.store.counts("custody") == (early, one, two)
    assert world.store.counts("other") == ()
    with pytest.raises(Conflict):
        world.store.apply([CountsAdded(counts=(two,))], NOW)


def test_a_problem_is_told_once_while_it_is_open(world: World) -> None:
    problem = Problem(code="login", sentence="The mailbox refused us.", where="mailbox", todo="Check the password.")
    note = ProblemNoted(problem=problem, edition_id=world.edition.id)
    world.store.apply([note, ProblemNoted(problem=problem.model_copy(update={"sentence": "again"}))], NOW)
    world.store.apply([note], later(1))
    told = problem.model_copy(update={"noted_at": NOW})
    assert world.store.problems() == (told,)
    world.store.apply([ProblemCleared(code="login", where="mailbox")], later(2))
    assert world.store.problems() == ()
    world.store.apply([note], later(3))
    assert world.store.problems() == (problem.model_copy(update={"noted_at": later(3)}),)


def test_tokens_of_a_decided_draft_die_and_those_of_leads_live(world: World) -> None:
    def token(name: str, purpose: str, draft: int | None, period: str = "2025-08") -> Token:
        return Token.model_validate(
            {"hash": name, "purpose": purpose, "bulletin": "ccsu-rag", "period": period, "draft": draft, "person": "p"}
        )

    def alive(purpose: str) -> list[str]:
        return [one.hash for one in world.store.live_tokens(purpose, ["ccsu-rag", "other"], ["2025-08", "x"])]

    tokens = [token("a", "editor", 1), token("b", "editor", 2), token("c", "lead", None), token("d", "editor", 1, "x")]
    world.store.apply([TokenIssued(token=one) for one in tokens], NOW)
    world.store.apply([TokensKilled(bulletin="ccsu-rag", period="2025-08", draft=1)], NOW)
    assert alive("editor") == ["b", "d"]
    dead = world.store.token("a")
    assert dead is not None
    assert dead.dead
    world.store.apply([TokensKilled(bulletin="ccsu-rag", period="2025-08")], NOW)
    assert alive("editor") == ["d"]
    assert alive("lead") == ["c"]
    assert world.store.live_tokens("lead", ["ccsu-rag"], ["2025-07", "x"]) == ()
    assert world.store.live_tokens("lead", ["other"], ["2025-08"]) == ()
    assert world.store.token("unknown") is None


def test_repeating_bytes_is_harmless(world: World) -> None:
    world.store.apply([blob(b"x"), blob(b"x")], NOW)
    world.store.apply([blob(b"x")], NOW)
    assert world.store.blob(blob(b"x").digest) == b"x"


def test_times_come_back_aware_and_equal_whatever_zone_they_had(world: World) -> None:
    local = NOW.astimezone().replace(microsecond=123_456)
    key = world.queue("a", not_before=local, queued_at=local + timedelta(days=100))
    found = world.store.delivery(key)
    assert found is not None
    assert found.not_before == local
    assert found.queued_at - found.not_before == timedelta(days=100)
    assert found.not_before.utcoffset() == timedelta(0)


def test_a_row_of_a_newer_program_is_a_plain_sentence(world: World) -> None:
    with world.sql._writer.begin() as connection:
        connection.exec_driver_sql("""UPDATE edition SET data = '{"what": "is this"}'""")
    with pytest.raises(StoreError) as told:
        world.store.edition_by_id(world.edition.id)
    assert told.value.code == "edition-unreadable"
    assert "2025-08 of ccsu-rag" in told.value.message
