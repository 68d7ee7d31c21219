"""Accounts, sites and memberships do not move past their history, and no password without an event."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Event, EventKind, Membership, Role, Site, User
from accounts.testing import SINCE, Cast, join
from core.testing.trial import refused, sql


def raw(table: str) -> str:
    return f"UPDATE {table} SET id = id"  # noqa: S608  the test's own words


BEHIND: dict[str, Any] = {
    "update of an account": lambda cast: User.objects.filter(pk=cast.monitor.pk).update(full_name="Another"),
    "update of all sites": lambda cast: Site.objects.update(time_zone="Asia/Tokyo"),
    "update of a membership": lambda cast: Membership.objects.filter(user=cast.monitor).update(role=Role.AUDITOR),
    "bulk_update": lambda cast: Membership.objects.bulk_update(
        [Membership(pk=Membership.objects.get(user=cast.monitor).pk, to_on=SINCE)], ["to_on"]
    ),
    "bulk_create": lambda cast: Membership.objects.bulk_create(
        [Membership(user=cast.monitor, role=Role.AUDITOR, from_on=SINCE)]
    ),
    "raw SQL": lambda cast: sql("UPDATE accounts_membership SET from_on = from_on - 1"),
    "raw insert": lambda cast: sql(
        "INSERT INTO accounts_site (code, name, name_zh, city, city_zh, time_zone, is_active, seal_recipients)"
        " VALUES ('09', 'x', '', '', '', 'Asia/Shanghai', true, '')"
    ),
    "save_base as of a fixture": lambda cast: Membership(
        user=cast.monitor, role=Role.AUDITOR, from_on=SINCE
    ).save_base(raw=True),
    "a history of what is not so": lambda cast: sql(
        "INSERT INTO accounts_historicalmembership (id, role, from_on, history_date, history_type, user_id)"
        " SELECT id, 'investigator', from_on, now(), '~', user_id FROM accounts_membership LIMIT 1"
    ),
    "a history of what is not there": lambda cast: sql(
        "INSERT INTO accounts_historicalmembership (id, role, from_on, history_date, history_type, user_id)"
        " VALUES (999999, 'auditor', now(), now(), '+', %s)", [cast.monitor.pk]
    ),
}  # fmt: skip


@pytest.mark.req("ADM-07", "ADM-08")
@pytest.mark.parametrize("path", BEHIND)
def test_nothing_moves_past_its_history(cast: Cast, path: str) -> None:
    with refused("differs from its history"):
        BEHIND[path](cast)


@pytest.mark.req("ADM-07")
def test_a_save_that_changes_no_column_needs_nothing(cast: Cast) -> None:
    for table in ("accounts_user", "accounts_site", "accounts_membership"):
        sql(raw(table))
    connection.check_constraints()


@pytest.mark.req("SIG-06")
@pytest.mark.parametrize(
    "change",
    [
        "username = 'another.name' WHERE username = 'zhao.lei'",
        "id = id + 100000 WHERE username = 'zhao.lei'",
        "is_system = false WHERE is_system",
    ],
)
def test_an_account_stays_one_persons(cast: Cast, change: str) -> None:
    with refused("its user name stays"):
        sql(f"UPDATE accounts_user SET {change}")  # noqa: S608  the test's own words


def passwords() -> list[Event]:
    connection.check_constraints()
    return list(Event.objects.filter(kind=EventKind.ACCOUNT, what="password"))


@pytest.mark.req("AUD-07", "ADM-07")
def test_a_password_that_is_set_past_the_application_is_an_event(committed_db: str, cast: Cast) -> None:
    User.objects.filter(pk=cast.monitor.pk).update(password="md5$a$secret-hash")
    (event,) = passwords()
    assert event.detail == {"id": cast.monitor.pk, "username": "zhao.lei"}
    assert "secret-hash" not in json.dumps(list(Event.objects.values()), default=str)


def test_a_password_with_its_history_is_one_event(committed_db: str, cast: Cast) -> None:
    before = Event.objects.filter(kind=EventKind.ACCOUNT).count()
    cast.monitor.set_password("another-long-one-8")
    cast.monitor.save()
    assert passwords() == []
    assert Event.objects.filter(kind=EventKind.ACCOUNT).count() == before + 1


def test_the_history_of_one_account_does_not_speak_for_the_password_of_another(committed_db: str, cast: Cast) -> None:
    with transaction.atomic():
        cast.auditor.full_name = "Tang Hua"
        cast.auditor.save()
        User.objects.filter(pk=cast.monitor.pk).update(password="md5$a$b")
    assert [event.detail["username"] for event in passwords()] == ["zhao.lei"]


def test_a_password_of_an_earlier_transaction_does_not_speak_for_this_one(committed_db: str, cast: Cast) -> None:
    for password in ("md5$a$b", "md5$a$c"):
        with transaction.atomic():
            User.objects.filter(pk=cast.monitor.pk).update(password=password)
    assert len(passwords()) == 2


def test_a_hash_brought_up_to_date_keeps_the_history_whole(cast: Cast) -> None:
    """As Django does at sign-in when the hasher has moved on."""
    cast.monitor.password = "md5$a$b"
    cast.monitor.save(update_fields=["password"])
    connection.check_constraints()
    assert cast.monitor.history.count() == 2


def test_a_person_who_is_saved_twice_in_a_transaction_is_two_events(cast: Cast) -> None:
    before = Event.objects.count()
    for day in (date(2026, 3, 1), date(2026, 3, 2)):
        line = Membership.objects.get(user=cast.monitor)
        line.to_on = day
        line.save()
    join(cast.monitor, Role.AUDITOR)
    connection.check_constraints()
    assert Event.objects.count() == before + 3
