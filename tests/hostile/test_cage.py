"""The cage: answers come back, errors in words, and neither hanging nor eating memory reaches the caller."""

from __future__ import annotations

import io

import pytest

from bot.errors import InputError
from bot.sections import cage
from tests.hostile.packages import word


def test_brings_back_what_the_function_returns():
    answer = cage.run_caged("bot.sections.screen:screen_package", word())
    assert answer == {"refused": [], "asked": [], "dropped": []}


def test_brings_back_the_functions_own_refusal():
    with pytest.raises(InputError) as caught:
        cage.run_caged("bot.sections.screen:screen_package", b"no zip")
    assert caught.value.code == "wrong-kind"
    assert "not a Word document" in caught.value.message


def test_kills_what_takes_too_long():
    with pytest.raises(InputError) as caught:
        cage.run_caged("bot.sections.screen:screen_package", word(), timeout=0.01)
    assert caught.value.code == "cage-timeout"


def test_stops_what_eats_memory():
    with pytest.raises(InputError) as caught:
        cage.run_caged("bot.sections.kinds:kind_of", b" " + b"x" * 40_000_000, memory=20_000_000)
    assert caught.value.code == "cage-memory"


def test_says_of_a_crash_only_that_the_file_cannot_be_read():
    with pytest.raises(InputError) as caught:
        cage.run_caged("bot.core.keys:make_token", b"short secret")
    assert caught.value.code == "cage-crash"
    assert "secret" not in str(caught.value)


def test_calls_only_our_own_functions():
    with pytest.raises(ValueError, match=r"bot\.module"):
        cage.run_caged("os:system", b"")


@pytest.mark.parametrize(
    ("code", "wanted"),
    [(-24, "cage-timeout"), (-9, "cage-memory"), (12, "cage-memory"), (-11, "cage-crash"), (13, "cage-crash")],
)
def test_reads_the_ways_to_die(code, wanted):
    assert cage._crash(code).code == wanted


class TestGuard:
    @pytest.mark.parametrize(
        "event", ["socket.connect", "subprocess.Popen", "os.system", "socket.getaddrinfo", "os.remove"]
    )
    def test_forbids_network_processes_and_changes(self, event):
        with pytest.raises(PermissionError):
            cage._guard(event, ())

    @pytest.mark.parametrize("mode", ["w", "ab", "r+", "x"])
    def test_forbids_writing(self, mode):
        with pytest.raises(PermissionError):
            cage._guard("open", ("file", mode, 0))

    def test_lets_reading_pass(self):
        assert cage._guard("open", ("file", "rb", 0)) is None
        assert cage._guard("import", ("x",)) is None


class TestChild:
    """The child's own function, run here without its limits."""

    @pytest.fixture(autouse=True)
    def harmless(self, monkeypatch):
        monkeypatch.setattr(cage, "_limit", lambda memory, cpu: None)
        monkeypatch.setattr(cage.sys, "addaudithook", lambda hook: None)

    def child(self, monkeypatch, order, data=b""):
        out = io.BytesIO()
        monkeypatch.setattr(cage.sys, "stdin", io.TextIOWrapper(io.BytesIO(order + b"\n" + data)))
        monkeypatch.setattr(cage.sys, "stdout", io.TextIOWrapper(out, write_through=True))
        code = cage.main()
        return code, out.getvalue()

    ORDER = b'{"function": "%s", "options": {}, "memory": 1, "cpu": 1}'

    def test_answers_as_json(self, monkeypatch):
        code, out = self.child(monkeypatch, self.ORDER % b"bot.core.keys:digest", b"")
        assert code == 0
        assert out.startswith(b'{"value": "e3b0c4')

    def test_answers_with_a_value_as_plain_data(self, monkeypatch):
        code, out = self.child(monkeypatch, self.ORDER % b"bot.sections.screen:screen_package", word())
        assert (code, out) == (0, b'{"value": {"refused": [], "asked": [], "dropped": []}}')

    def test_answers_with_the_refusal(self, monkeypatch):
        code, out = self.child(monkeypatch, self.ORDER % b"bot.sections.screen:screen_package", b"x")
        assert code == 0
        assert b'"error"' in out

    def test_ends_by_number_on_anything_else(self, monkeypatch):
        assert self.child(monkeypatch, self.ORDER % b"bot.core.keys:make_token", b"x") == (13, b"")

        def hungry(data):
            raise MemoryError

        monkeypatch.setattr("bot.core.keys.digest", hungry)
        assert self.child(monkeypatch, self.ORDER % b"bot.core.keys:digest") == (12, b"")

    def test_refuses_an_answer_beyond_reason(self, monkeypatch):
        monkeypatch.setattr(cage, "ANSWER_BYTES_MAX", 10)
        assert self.child(monkeypatch, self.ORDER % b"bot.core.keys:digest") == (12, b"")


def test_the_limits_are_taken_on(monkeypatch):
    taken = []
    if not cage.LIMITED:
        monkeypatch.setattr(cage, "resource", None)
    else:
        monkeypatch.setattr(cage.resource, "setrlimit", lambda what, limits: taken.append(limits))
    cage._limit(5, 6)
    assert taken == ([(5, 5), (6, 7), (0, 0)] if cage.LIMITED else [])


def test_without_limits_nothing_is_set(monkeypatch):
    monkeypatch.setattr(cage, "resource", None)
    assert cage._limit(5, 6) is None
