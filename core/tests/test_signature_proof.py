"""No alteration of a signature, or of what was signed, goes unseen: the owner of the database tries."""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import subject as subjects
from core.crf import read
from core.models import Signature, Subject
from core.signing_proof import verify
from core.standing import signature_digest
from core.testing import trial
from core.testing.databases import owner_connection
from core.tests.signing_scenes import filed, investigator, sign, vitals


@pytest.mark.req("SIG-03")
def test_it_works(subject: Subject, coordinator: Actor, cast: Cast) -> None:
    sign(vitals(subject, coordinator), vitals(subject, coordinator, "D1"), by=investigator(cast))
    assert [verify(each) for each in Signature.objects.all()] == [[], []]


@contextmanager
def unprotected(committed_db: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner, with the triggers of the tables concerned switched off."""
    tables = ("core_signature", "core_change", "core_changeitem", read.form("VS").model._meta.db_table)
    with owner_connection(committed_db) as connected:
        for table in tables:
            connected.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        yield connected


@pytest.fixture
def committed(committed_db: str, cast: Cast) -> Subject:
    return subjects.add(cast.site, by=cast.actor(cast.coordinator))


ROW, SIGNATURE = "WHERE id = {row}", "WHERE id = {signature}"
TAMPERED = [
    (f"UPDATE {{vs}} SET sysbp = 99 {ROW}", "content"),
    (f"UPDATE {{vs}} SET missing = jsonb_build_object('pulse', 'ND') {ROW}", "content"),
    (f"UPDATE {{vs}} SET form_version = 1 {ROW}", "version"),
    (f"UPDATE core_signature SET actor_name = 'Nobody' {SIGNATURE}", "does not fit"),
    (f"UPDATE core_signature SET at = at - interval '1 day' {SIGNATURE}", "does not fit"),
    (f"UPDATE core_signature SET meaning = 'RESPONSIBLE' {SIGNATURE}", "does not fit"),
    (f"UPDATE core_signature SET utc_offset = '+00:00' {SIGNATURE}", "does not fit"),
    (f"UPDATE core_signature SET content_digest = repeat('0', 64) {SIGNATURE}", "does not fit"),
    (f"UPDATE core_signature SET row_id = {{other}} {SIGNATURE}", "names another place"),
    ("UPDATE {vs} SET signature_id = {signature} WHERE id = {other}", "put to another record: 01-001 SCR VS 1"),
    (f"UPDATE {{vs}} SET signature_id = NULL {ROW}", "let go of the signature, and no change"),
    ("DELETE FROM core_changeitem WHERE field = '*' AND row_id = {signature}", "trail does not tell"),
]


@pytest.mark.req("SIG-03")
def test_what_the_owner_alters_is_found(committed_db: str, committed: Subject, cast: Cast) -> None:
    """Each alteration at a form of its own."""
    by, signer = cast.actor(cast.coordinator), investigator(cast)
    other = filed(vitals(committed, by)).record.pk
    places = [vitals(committed, by, f"D{day}") for day in range(1, len(TAMPERED) + 1)]
    made = sign(*places, by=signer)
    with unprotected(committed_db) as owner:
        for each, (statement, fault) in zip(made, TAMPERED, strict=True):
            assert verify(Signature.objects.get(pk=each.pk)) == []
            names = {"vs": each.table_name, "row": each.row_id, "signature": each.pk, "other": other}
            assert owner.execute(statement.format(**names)).rowcount == 1
            found = verify(Signature.objects.get(pk=each.pk))
            assert any(fault in said for said in found), (statement, found)


@pytest.mark.req("SIG-03")
def test_another_name_or_time_fails_even_with_a_digest_to_fit(
    committed_db: str, committed: Subject, cast: Cast
) -> None:
    by = cast.actor(cast.coordinator)
    name, time = sign(vitals(committed, by), vitals(committed, by, "D1"), by=investigator(cast))
    name.actor_name, time.at = "Nobody", time.at - timedelta(days=1)
    with unprotected(committed_db) as owner:
        for each in (name, time):
            said = [each.actor_name, each.at, signature_digest(each), each.pk]
            owner.execute("UPDATE core_signature SET actor_name = %s, at = %s, digest = %s WHERE id = %s", said)

    for each in Signature.objects.all():
        assert verify(each) == ["The trail does not tell of this signature as it reads now."]


@pytest.mark.req("SIG-03")
def test_a_copy_made_for_another_form_fails_even_with_a_digest_of_its_own(
    committed_db: str, committed: Subject, cast: Cast
) -> None:
    by = cast.actor(cast.coordinator)
    first, second = sign(vitals(committed, by), vitals(committed, by, "D1"), by=investigator(cast))
    copy = Signature.objects.get(pk=first.pk)
    copy.pk, copy.visit_name, copy.row_id = None, second.visit_name, second.row_id
    copy.digest = signature_digest(copy)
    columns = {str(f.column): getattr(copy, f.attname) for f in Signature._meta.concrete_fields if not f.primary_key}
    with unprotected(committed_db) as owner:
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        owner.execute(f"INSERT INTO core_signature ({names}) VALUES ({marks})", list(columns.values()))
        owner.execute(
            f"UPDATE {second.table_name} SET signature_id = (SELECT max(id) FROM core_signature) WHERE id = %s",
            [second.row_id],
        )

    assert any("trail does not tell" in fault for fault in verify(Signature.objects.latest("id")))
    assert any("let go" in fault for fault in verify(second))
    assert verify(first) == []


@pytest.mark.req("SIG-03")
def test_the_running_application_cannot_move_or_alter_a_signature(
    subject: Subject, coordinator: Actor, cast: Cast
) -> None:
    place, other = vitals(subject, coordinator), vitals(subject, coordinator, "D1")
    (signature,) = sign(place, by=investigator(cast))
    table = place.form.model._meta.db_table
    for statement in (
        "UPDATE core_signature SET actor_name = 'Nobody'",
        "DELETE FROM core_signature",
        f"UPDATE {table} SET signature_id = {signature.pk} WHERE id = {filed(other).record.pk}",
    ):
        with trial.refused():
            connection.cursor().execute(statement)
