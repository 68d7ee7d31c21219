"""Data and its trail commit together or not at all (AUD-08): each write of an act is made to fail in turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError

from accounts.actor import Actor
from core.models import Subject
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.trial import CALM, WHY, save_vs

pytestmark = pytest.mark.req("AUD-08")
# In the order in which a save that opens a query writes them.
WRITTEN = (
    *("assessments_vitalsigns", "core_change", "core_changeitem", "assessments_historicalvitalsigns"),
    *("core_query", "core_queryevent", "core_formstatus"),
)


@pytest.fixture
def owner(committed_db: str) -> Iterator[psycopg.Connection[Any]]:
    with owner_connection(committed_db) as connected:
        connected.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space left'; END $$"
        )
        yield connected


def test_it_works(owner: psycopg.Connection[Any], subject: Subject, coordinator: Actor) -> None:
    """The control: with nothing in the way, the save writes to each of the tables."""
    save_vs(subject, CALM, by=coordinator)
    before = trial.counts()
    save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator, reason=WHY)
    after = trial.counts()
    grown = {name for name in after if after[name] > before[name]}
    assert grown - {"core_formstatuslog"} == set(WRITTEN) - {WRITTEN[0], WRITTEN[-1]}


def test_whatever_write_fails_nothing_is_left(
    owner: psycopg.Connection[Any], subject: Subject, coordinator: Actor
) -> None:
    record: Any = save_vs(subject, CALM, by=coordinator).record
    before, counts = trial.stored(record), trial.counts()
    for table in WRITTEN:
        owner.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        with pytest.raises(DatabaseError, match="no space left"):
            save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator, reason=WHY)
        assert (trial.stored(record), trial.counts()) == (before, counts), table
        owner.execute(f"DROP TRIGGER full_disk ON {table}")
    save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator, reason=WHY)
    assert trial.stored(record)["sysbp"] == 200


def test_a_commit_that_fails_leaves_nothing(
    owner: psycopg.Connection[Any], subject: Subject, coordinator: Actor
) -> None:
    record: Any = save_vs(subject, CALM, by=coordinator).record
    before, counts = trial.stored(record), trial.counts()
    owner.execute(
        "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON core_change DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    with pytest.raises(DatabaseError, match="no space left"):
        save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator, reason=WHY)
    assert (trial.stored(record), trial.counts()) == (before, counts)
