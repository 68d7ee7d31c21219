"""An amended code list or hard limit changes the CHECK in the database, or fails where rows refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import DatabaseError, connections, models

from core.crf.fields import Coded, Several, Whole

TABLE = "altered_checks"
COLUMN = "answer"


@pytest.fixture
def owner(committed_db: str) -> Iterator[Any]:
    """The owner's connection to a database of this test's own."""
    connection = connections["owner"]
    yield connection
    connection.close()


def column(field: models.Field[Any, Any]) -> Any:
    """A model of one column, known to no app."""
    meta = type("Meta", (), {"app_label": "core", "db_table": TABLE, "apps": Apps()})
    return type("Altered", (models.Model,), {"__module__": __name__, "Meta": meta, COLUMN: field})


def alter(owner: Any, old: Any, new: Any) -> None:
    with owner.schema_editor() as editor:
        editor.alter_field(old, old._meta.get_field(COLUMN), new._meta.get_field(COLUMN))


def put(owner: Any, value: str) -> None:
    with owner.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} ({COLUMN}) VALUES ({value})")  # noqa: S608  the test's own words


CHANGES = [
    pytest.param(Coded(codes=["A", "B"]), Coded(codes=["A", "B", "C"]), "'C'", "'D'", id="coded"),
    pytest.param(Several(codes=["A", "B"]), Several(codes=["A", "B", "C"]), "'{C}'", "'{D}'", id="several"),
    pytest.param(Whole(at_least=0, at_most=9), Whole(at_least=0, at_most=99), "50", "500", id="limit"),
]


@pytest.mark.parametrize(("old", "new", "fits", "never"), CHANGES)
def test_a_new_code_or_limit_reaches_the_database(owner: Any, old: Any, new: Any, fits: str, never: str) -> None:
    before, after = column(old), column(new)
    with owner.schema_editor() as editor:
        editor.create_model(before)
    with pytest.raises(DatabaseError):
        put(owner, fits)

    alter(owner, before, after)

    put(owner, fits)
    with pytest.raises(DatabaseError):
        put(owner, never)


def test_a_code_that_rows_still_hold_cannot_be_taken_away(owner: Any) -> None:
    before, after = column(Coded(codes=["A", "B"])), column(Coded(codes=["A"]))
    with owner.schema_editor() as editor:
        editor.create_model(before)
    put(owner, "'B'")

    with pytest.raises(DatabaseError):
        alter(owner, before, after)
