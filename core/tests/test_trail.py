"""Every way to write a clinical row past the acts is refused: at once, or at commit (ADM-07)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import connection, models
from django.db.models import F

from accounts.actor import Actor
from accounts.permissions import POLICY, Permission
from core.actions import subject as subjects
from core.crf.items import MISSING_REASONS
from core.models import DATA_KINDS, Change, ChangeKind, Subject, Visit
from core.standing import NOT_ITEMS, flat
from core.testing import forgery, trial
from core.testing.trial import refused, sql

UNRECORDED = "changed without its history"


@pytest.fixture
def vs(subject: Subject, coordinator: Actor) -> Any:
    """A saved form with a systolic pressure of 120; nothing else is at hand."""
    record = trial.save_vs(subject, trial.CALM, by=coordinator).record
    trial.commit()
    return record


@pytest.fixture
def other_subject(vs: Any, coordinator: Actor) -> Subject:
    return subjects.add(vs.subject.site, by=coordinator)


def another(vs: Any, **otherwise: Any) -> Any:
    """The record of another visit, made past the acts."""
    return type(vs)(**forgery.values_of(vs) | {"id": None, "key": 2} | otherwise)


def _update(vs: Any) -> None:
    type(vs).objects.filter(pk=vs.pk).update(sysbp=130)


def _update_by_expression(vs: Any) -> None:
    type(vs).objects.update(sysbp=F("sysbp") + 1)


def _bulk_update(vs: Any) -> None:
    vs.sysbp = 130
    type(vs).objects.bulk_update([vs], ["sysbp"])


def _bulk_create(vs: Any) -> None:
    type(vs).objects.bulk_create([another(vs)])


def _upsert(vs: Any) -> None:
    row = another(vs, id=vs.pk, key=1, sysbp=130)
    type(vs).objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["sysbp"])


def _raw_update(vs: Any) -> None:
    sql(f"UPDATE {vs._meta.db_table} SET sysbp = 130 WHERE id = %s", [vs.pk])  # noqa: S608


def _raw_insert(vs: Any) -> None:
    columns = ", ".join(name for name in trial.stored(vs) if name not in ("id", "key"))
    table = vs._meta.db_table
    sql(f"INSERT INTO {table} (key, {columns}) SELECT 2, {columns} FROM {table}")  # noqa: S608


def _merge(vs: Any) -> None:
    table = vs._meta.db_table
    sql(f"MERGE INTO {table} t USING (SELECT 1) AS s ON true WHEN MATCHED THEN UPDATE SET sysbp = 130")  # noqa: S608


def _copy(vs: Any) -> None:
    row = trial.stored(vs) | {"id": 900, "key": 2, "missing": "{}"}
    line = "\t".join(r"\N" if value is None else str(value) for value in row.values())
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {vs._meta.db_table} ({', '.join(row)}) FROM STDIN") as to,
    ):
        to.write(line + "\n")


def _save_without_history(vs: Any) -> None:
    vs.sysbp = 130
    models.Model.save_base(vs, raw=True)


WAYS = [_update, _update_by_expression, _bulk_update, _bulk_create, _upsert, _raw_update, _raw_insert, _merge, _copy]
WAYS += [_save_without_history]


@pytest.mark.req("ADM-07")
@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_write_past_the_acts_is_refused(vs: Any, write: Callable[[Any], None]) -> None:
    before = trial.counts()
    with refused(UNRECORDED):
        write(vs)
        assert trial.rows_of(vs._meta.db_table) != [trial.stored(vs)] or trial.stored(vs)["sysbp"] != 120
    assert trial.counts() == before
    assert trial.stored(vs)["sysbp"] == 120


@pytest.mark.req("ADM-07")
@pytest.mark.parametrize("way", ["save", "create", "get_or_create", "update_or_create"])
def test_a_save_of_a_model_is_refused(vs: Any, subject: Subject, way: str) -> None:
    """simple-history would write its own row, but knows no change record to name."""
    manager, key = type(vs).objects, {"subject": subject, "visit": vs.visit, "key": 2}
    rest = {
        name: value for name, value in forgery.values_of(another(vs)).items() if name[:3] not in ("id", "sub", "key")
    }
    rest = {name: value for name, value in rest.items() if name not in ("visit_id",)}
    ways: dict[str, Callable[[], Any]] = {
        "save": vs.save,
        "create": lambda: manager.create(**key, **rest),
        "get_or_create": lambda: manager.get_or_create(**key, defaults=rest),
        "update_or_create": lambda: manager.update_or_create(pk=vs.pk, defaults={"sysbp": 130}),
    }
    with refused("change_id"):
        vs.sysbp = 130
        ways[way]()
    assert trial.stored(vs)["sysbp"] == 120


@pytest.mark.req("ADM-07")
def test_a_fixture_file_is_refused(vs: Any, tmp_path: Path) -> None:
    told = json.loads(serialize("json", [vs]))
    told[0]["fields"]["sysbp"] = 130
    file = tmp_path / "vs.json"
    file.write_text(json.dumps(told))
    with refused(f"of {vs._meta.db_table}"):
        call_command("loaddata", str(file), verbosity=0)
    assert trial.stored(vs)["sysbp"] == 120


@pytest.mark.req("ADM-07", "AUD-04")
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_rows_are_not_deleted_by_sql(vs: Any, statement: str) -> None:
    for table in (vs._meta.db_table, "core_visit", "core_subject", "core_query", "accounts_user"):
        with refused("permission denied"):
            sql(statement.format(table))


@pytest.mark.req("ADM-07", "AUD-04")
def test_rows_are_not_deleted_by_django(vs: Any, subject: Subject) -> None:
    rows: list[Any] = [vs, subject, Visit.objects.get()]
    for row in rows:
        with pytest.raises(TypeError, match="never deleted"):
            row.delete()
        with pytest.raises(TypeError, match="never deleted"):
            type(row).objects.filter(pk=row.pk).delete()
        with refused("permission denied"):
            type(row)._base_manager.all()._raw_delete("default")
        with refused("permission denied"):
            type(row).history.all().delete()


@pytest.mark.req("ADM-07")
@pytest.mark.parametrize(
    "move",
    [{"key": 5}, {"visit_id": None}, {"form_version": 1}, {"entered_at": "2020-01-01T00:00Z"}, {"subject_id": None}],
)
def test_a_row_stays_where_it_was_entered(
    vs: Any, subject: Subject, coordinator: Actor, move: dict[str, Any], other_subject: Subject
) -> None:
    """Not even with a history row and a record to go with it."""
    move = {"subject_id": other_subject.pk} if "subject_id" in move else move
    with refused("what identifies a row never changes"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.row(change, vs, sysbp=130, **move)
        forgery.history(change, vs, sysbp=130, **move)


@pytest.mark.req("AUD-04")
def test_what_was_recorded_is_not_rewritten(vs: Any) -> None:
    for table in ("core_change", "core_changeitem", vs.history.model._meta.db_table):
        with refused("permission denied"):
            sql(f"UPDATE {table} SET id = id")  # noqa: S608


def test_the_lists_in_python_and_sql_are_the_same(db: None) -> None:
    assert set(sql("SELECT unnest(trail_not_items())").fetchall()) == {(name,) for name in NOT_ITEMS}
    assert json.loads(sql("SELECT trail_missing_reasons()").fetchone()[0]) == list(MISSING_REASONS)


MAY = {
    **dict.fromkeys(("CREATE", "CHANGE", "FILE"), (Permission.ENTER_DATA,)),
    "VOID": (Permission.VOID_RECORD,),
    "AFTER_LOCK": (Permission.ENTER_AFTER_LOCK,),
    "REPORT": (Permission.FREEZE_REPORT,),
    "QUERY": (Permission.ANSWER_QUERY, Permission.RAISE_QUERY),
    "VERIFY": (Permission.VERIFY_SOURCE,),
    "SIGN": (Permission.SIGN,),
    **dict.fromkeys(("FREEZE", "UNFREEZE"), (Permission.FREEZE,)),
    "LOCK": (Permission.LOCK,),
    "ASK_UNLOCK": (Permission.ASK_UNLOCK,),
    "UNLOCK": (Permission.DECIDE_UNLOCK,),
    "ASK_MASK": (Permission.ASK_MASK,),
    "MASK": (Permission.MASK,),
    "CODE": (Permission.CODE,),
    "TRANSFER": (Permission.TRANSFER_SUBJECT,),
}


@pytest.mark.parametrize("kind", ChangeKind)
def test_who_may_do_what_is_the_same_in_python_and_sql(db: None, kind: str) -> None:
    said = sql("SELECT trail_roles(%s), trail_changes_data(%s)", [kind, kind]).fetchone()
    assert set(said[0]) == {role for role, may in POLICY.items() if may & set(MAY[kind])}
    assert said[1] is (kind in DATA_KINDS)


def test_what_python_and_sql_take_for_a_rows_answers_is_the_same(vs: Any, subject: Subject) -> None:
    for row in (vs, subject, Visit.objects.get()):
        said = sql(f"SELECT trail_flat(to_jsonb(t)) FROM {row._meta.db_table} t WHERE id = %s", [row.pk])  # noqa: S608
        fresh = type(row)._base_manager.get(pk=row.pk)
        assert json.loads(said.fetchone()[0]) == json.loads(json.dumps(flat(fresh), default=float))


@pytest.mark.parametrize("missing", [{"resp": "BUSY"}, {"sysbp": "ND"}, {"nosuch": "ND"}, {"resp": 1}])
def test_a_missing_reason_that_is_none_is_refused_by_sql_too(
    vs: Any, subject: Subject, missing: dict[str, Any]
) -> None:
    ((name, code),) = missing.items()
    with refused("are not reasons of missing values"):
        change = forgery.change(subject)
        forgery.item(change, vs, f"missing.{name}", None, code)
        forgery.item(change, vs, "resp", 14, None)
        forgery.history(change, vs, missing=missing, resp=None)
        forgery.row(change, vs, missing=missing, resp=None)


@pytest.mark.req("AUD-01", "TIM-01")
def test_it_works(vs: Any, subject: Subject) -> None:
    """The record carries the server's time of the transaction, in UTC, and the transaction's own number."""
    change = Change.objects.latest("id")
    at, txid = sql("SELECT transaction_timestamp(), pg_current_xact_id()::text::bigint").fetchone()
    before = Change.objects.filter(subject=subject).exclude(pk=change.pk).latest("seq")
    assert change.txid == txid
    assert change.at == max(at, before.at + timedelta(microseconds=1)), (
        "later than the one before, also in one transaction"
    )
    assert change.at.utcoffset() is not None
    assert vs.entered_at == vs.changed_at == change.at
