"""The chain of events is the database's own: number, time, name and digest, for everybody who adds to it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from accounts.events import record
from accounts.models import Event, EventHead, EventKind
from accounts.testing import PASSWORD, Cast
from core.models.change import canonical
from core.protection import events
from core.testing.databases import owner_connection
from core.testing.trial import refused, sql
from core.tests.scenes import client_of

CHAIN = """
    SELECT seq, prev_digest, digest, at, kind, actor_id, actor_name, role, site_id, subject, what, detail::text, reason,
           request_id, address FROM accounts_event ORDER BY seq
"""
GENESIS = "0" * 64
ALL = "SELECT FROM accounts_event"


def faults() -> list[str]:
    """The chain as it was hashed by the database, reckoned a second time here."""
    found, last = [], (0, GENESIS, datetime.min.replace(tzinfo=UTC))
    for seq, prev, digest, at, *said in sql(CHAIN).fetchall():
        stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
        text = "\x1f".join("" if part is None else str(part) for part in [prev, seq, stamp, *said])
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            found.append(f"{seq}: altered")
        if (seq, prev) != (last[0] + 1, last[1]) or at <= last[2]:
            found.append(f"{seq}: does not follow {last[0]}")
        last = (seq, digest, at)
    head = EventHead.objects.get()
    return found if (head.seq, head.digest, head.at) == last else [*found, "the head is another"]


@pytest.fixture
def owner(committed_db: str) -> Iterator[psycopg.Connection[Any]]:
    with owner_connection(committed_db) as connected:
        yield connected


@pytest.mark.req("AUD-07", "ADM-08")
def test_it_works(cast: Cast) -> None:
    """Of everything the events carry: none of it, all of it, Chinese and quotation marks."""
    record(EventKind.SEAL)
    detail = {"rows": 12, "filter": {"site": "01", "words": '“转录错误”\x1f "x" \\'}, "shares": [0.5, None, True]}
    everything = {"subject": "01-001", "what": "Änderungen.xlsx", "detail": detail, "reason": "for\nthe monitor"}
    record(EventKind.EXPORT, actor=cast.actor(cast.monitor), site=cast.site, **everything)  # type: ignore[arg-type]
    assert Event.objects.count() > 20
    assert faults() == []


def test_what_python_writes_of_a_detail_is_what_was_hashed(cast: Cast) -> None:
    for event, text in zip(Event.objects.order_by("seq"), sql(CHAIN).fetchall(), strict=True):
        assert canonical(event.detail) == text[11]


@pytest.mark.req("ADM-08")
def test_what_the_owner_alters_is_found(owner: psycopg.Connection[Any], cast: Cast) -> None:
    owner.execute("ALTER TABLE accounts_event DISABLE TRIGGER USER")
    altered = {
        "UPDATE accounts_event SET actor_name = 'Nobody' WHERE seq = 5": "5: altered",
        'UPDATE accounts_event SET detail = detail || \'{"city": "x"}\' WHERE seq = 1': "1: altered",
        "UPDATE accounts_event SET at = at - interval '1 hour' WHERE seq = 7": "7: does not follow 6",
        "DELETE FROM accounts_event WHERE seq = 9": "10: does not follow 8",
        "DELETE FROM accounts_event WHERE seq = (SELECT max(seq) FROM accounts_event)": "the head is another",
    }
    for statement, fault in altered.items():
        assert fault not in faults()
        assert owner.execute(statement).rowcount == 1
        assert fault in faults()


REFUSED = (
    "UPDATE accounts_event SET reason = 'x'",
    "UPDATE accounts_event SET id = id",
    "DELETE FROM accounts_event",
    "TRUNCATE accounts_event",
    "DROP TABLE accounts_event",
    "ALTER TABLE accounts_event DISABLE TRIGGER continues_chain",
    "ALTER TABLE accounts_event DISABLE TRIGGER ALL",
    "DROP TRIGGER continues_chain ON accounts_event",
    "INSERT INTO accounts_eventhead (id) VALUES (1)",
    "UPDATE accounts_eventhead SET seq = 0",
    "UPDATE accounts_eventhead SET clock = NULL",
    "SELECT FROM accounts_eventhead FOR UPDATE",
    "DELETE FROM accounts_eventhead",
    "TRUNCATE accounts_eventhead",
    "DROP FUNCTION trail_event_digest(accounts_event)",
    "INSERT INTO accounts_event (kind) VALUES ('SOMETHING')",
    "INSERT INTO accounts_event (kind, actor_id) VALUES ('PRINT', 0)",
    "INSERT INTO accounts_event (kind, what) VALUES ('PRINT', E'a\\x1fb')",
)


@pytest.mark.req("ADM-05", "AUD-07")
@pytest.mark.parametrize("statement", REFUSED)
def test_the_runtime_role_only_adds_events(cast: Cast, statement: str) -> None:
    with refused():
        sql(statement)
        connection.check_constraints()
        pytest.fail(f"{statement} passed", pytrace=False)


@pytest.mark.req("ADM-05")
def test_the_tables_of_events_are_among_the_protected() -> None:
    from core.protection.install import append_only_tables, kept_tables, triggers  # noqa: PLC0415

    assert set(events.append_only()) <= set(append_only_tables())
    assert set(events.kept()) <= set(kept_tables())
    assert set(events.triggers()) <= set(triggers())


@pytest.mark.req("AUD-07", "TIM-01")
def test_number_time_name_and_digest_are_the_databases(cast: Cast) -> None:
    before = EventHead.objects.get()
    sql(
        "INSERT INTO accounts_event (kind, actor_id, actor_name, at, seq, prev_digest, digest, txid)"
        " VALUES ('PRINT', %s, 'Chen Jing', '2020-01-01Z', 1, 'x', 'y', 7)",
        [cast.monitor.pk],
    )
    event = Event.objects.latest("seq")
    assert (event.actor_name, event.seq, event.prev_digest) == ("Zhao Lei 赵磊", before.seq + 1, before.digest)
    assert before.at
    assert event.at > before.at
    assert event.txid == sql("SELECT pg_current_xact_id()::text::bigint").fetchone()[0]
    assert faults() == []


def test_without_a_person_there_is_no_name(cast: Cast) -> None:
    Event.objects.create(kind=EventKind.SIGN_IN_FAILED, actor_name="Chen Jing")
    assert Event.objects.latest("seq").actor_name == ""


def test_an_event_keeps_the_name_of_its_time(cast: Cast) -> None:
    record(EventKind.PRINT, actor=cast.actor(cast.monitor))
    cast.monitor.full_name = "Zhao Lei 赵蕾"
    cast.monitor.save()
    record(EventKind.PRINT, actor=cast.actor(cast.monitor))
    names = list(Event.objects.filter(kind=EventKind.PRINT).order_by("seq").values_list("actor_name", flat=True))
    assert names == ["Zhao Lei 赵磊", "Zhao Lei 赵蕾"]


@pytest.mark.req("AUD-07")
def test_people_who_sign_in_at_once_share_one_chain(committed_db: str, cast: Cast) -> None:
    people = [cast.coordinator, cast.investigator, cast.monitor, cast.data_manager]
    start = threading.Barrier(len(people))
    answers: list[int] = []

    def sign_in(username: str) -> None:
        start.wait()
        for _ in range(3):
            data = {"username": username, "password": PASSWORD}
            answers.append(Client().post("/sign-in/", data).status_code)
        connection.close()

    threads = [threading.Thread(target=sign_in, args=(person.username,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 12
    assert Event.objects.filter(kind=EventKind.SIGN_IN).count() == 12
    assert faults() == []


@pytest.mark.req("TIM-02")
def test_a_clock_that_was_set_back_is_an_event_once_and_time_still_rises(
    owner: psycopg.Connection[Any], cast: Cast
) -> None:
    """As if the server's clock had stood an hour ahead so far."""
    owner.execute("UPDATE accounts_eventhead SET at = at + interval '1 hour', clock = clock + interval '1 hour'")
    ahead = EventHead.objects.get()
    assert ahead.at
    assert ahead.clock
    record(EventKind.PRINT)
    record(EventKind.PRINT)
    found = list(Event.objects.filter(seq__gt=ahead.seq).order_by("seq"))
    assert [event.kind for event in found] == [EventKind.CLOCK, EventKind.PRINT, EventKind.PRINT]
    assert [event.at - ahead.at for event in found] == [timedelta(microseconds=n) for n in (1, 2, 3)]
    assert datetime.fromisoformat(found[0].detail["clock_before"]) == ahead.clock
    assert datetime.fromisoformat(found[0].detail["clock"]) < ahead.clock - timedelta(minutes=59)


@pytest.mark.req("TIM-02")
def test_a_clock_that_is_told_of_is_told_of_once(owner: psycopg.Connection[Any], cast: Cast) -> None:
    owner.execute("UPDATE accounts_eventhead SET at = at + interval '1 hour', clock = clock + interval '1 hour'")
    for kind in (EventKind.CLOCK, EventKind.PRINT):
        record(kind)
    assert Event.objects.filter(kind=EventKind.CLOCK).count() == 1


def test_every_click_has_its_request_in_the_event(cast: Cast) -> None:
    answer = client_of(cast.monitor).post("/sign-out/")
    assert Event.objects.latest("seq").request_id == answer["X-Request-ID"] != ""
