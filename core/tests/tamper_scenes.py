"""A trial that has a bit of everything, and the owner of its database at work behind the application."""

# ruff: noqa: S608  (the statements are made of this file's own words and the database's catalogue)
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import psycopg.rows
from django.core.files.uploadedfile import SimpleUploadedFile
from psycopg import sql
from psycopg.types.json import set_json_loads

from accounts.testing import Cast
from core.actions import chain, crf, mask
from core.actions import file as files
from core.actions import query as queries
from core.actions import subject as subjects
from core.actions.entry import Entry, RowEntry
from core.asking import Spot
from core.models import Change, ChangeItem, MaskTarget, Query, QueryEvent, Seal, SealCause, Subject
from core.sealing import act, keys
from core.sealing.source import Database
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.forms import enter
from core.testing.trial import CALM, WHY, save_vs
from core.tests import hold_scenes
from verify_trail import Fault, Outside, Report, verify

ALT = {"lbtestcd": "ALT", "lborres": "20", "lborresu": "U/L", "lbornrhi": "40"}
CONTENT = b"%PDF-1.7\nas scanned"


def everything(cast: Cast) -> Subject:
    """01-001 with forms, rows, a file, queries, marks, a signature, a lock that was undone; 01-002 with a little."""
    by = cast.actor(cast.coordinator)
    subject = subjects.add(cast.site, by=by)
    save_vs(subject, CALM | {"sysbp": 250}, by=by)
    save_vs(subject, CALM | {"sysbp": 120, "resp": ""}, by=by, reason=WHY, resp="ND")
    rows = {"results": (RowEntry(ALT, 1),)}
    trial.save(trial.place_at(subject, "SCR", "CHEM"), Entry({"lbperf": "Y"}, rows=rows), by=by)
    _asked(cast, subject)
    files.keep(subject, SimpleUploadedFile("report.pdf", CONTENT), by=by)
    signed = hold_scenes.ready(cast, subject)
    target = hold_scenes.targets(signed)["form"]
    hold_scenes.lock(target, cast)
    hold_scenes.unlock(target, cast)
    _masked(cast, subject)
    crf.void(trial.place_at(subject, "SCR", "CHEM"), by=by, reason="Of another person", revision=1)
    save_vs(subjects.add(cast.site, by=by), CALM, by=by)
    trial.commit()
    return subject


def _asked(cast: Cast, subject: Subject) -> None:
    place = trial.place_at(subject, "SCR", "VS")
    asked = queries.raise_(Spot.of(place, "pulse"), "Which arm?", by=cast.actor(cast.monitor))
    queries.answer(asked, "The left one.", by=cast.actor(cast.coordinator))
    queries.close(Query.objects.get(pk=asked.pk), "Thank you.", by=cast.actor(cast.monitor))


def _masked(cast: Cast, subject: Subject) -> None:
    """A text that was corrected, the reason of a change, an answer to a query."""
    by, decider = cast.actor(cast.coordinator), cast.actor(cast.investigator)
    enter(by, subject, "LOG", "AE", {"aeterm": "Zhang San fell", "aestdat": "2026-03"})
    crf.save(trial.place_at(subject, "LOG", "AE", 1), Entry({"aeterm": "Fall"}), by=by, reason="a name", revision=1)
    trial.commit()
    targets = (
        (MaskTarget.VALUE, ChangeItem.objects.get(field="aeterm", old__isnull=True).pk),
        (MaskTarget.REASON, Change.objects.get(subject=subject, reason="a name").pk),
        (MaskTarget.QUERY, QueryEvent.objects.get(text="The left one.").pk),
    )
    for target, pk in targets:
        request = mask.ask(subject, target, pk, by=by, reason="Names a person")
        mask.decide(request, True, by=decider, reason="It does")
    trial.commit()


def sealed(cause: SealCause = SealCause.ASKED) -> Seal:
    """All that there is."""
    made = act.seal(cause)
    assert made is not None
    return made


def late_change(cast: Cast, subject: Subject, **otherwise: Any) -> None:
    """One more change of the vital signs at screening."""
    place = trial.place_at(subject, "SCR", "VS")
    trial.save(place, Entry(otherwise), by=cast.actor(cast.coordinator), reason="Read again")


@contextmanager
def owner_of(database: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner, with every trigger of the database switched off and every constraint but the primary keys gone."""
    with owner_connection(database) as owner:
        set_json_loads(partial(json.loads, parse_float=Decimal), owner)
        for kinds in ("f", "uc"):
            found = owner.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace AND contype = ANY(%s) AND conparentid = 0",
                [list(kinds)],
            )
            for table, name in found.fetchall():
                owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {sql.Identifier(name).as_string()}")
        unique = owner.execute(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
            " WHERE indisunique AND NOT indisprimary AND c.relnamespace = 'public'::regnamespace"
        )
        for (name,) in unique.fetchall():
            owner.execute(f"DROP INDEX {name}")
        tables = owner.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in tables.fetchall():
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        yield owner


def found_by(owner: psycopg.Connection[Any], seals: Path | None) -> list[Fault]:
    """What verification finds, reading through the owner's own connection."""
    outside = Outside.of(seals) if seals else None
    with owner.transaction():
        return verify(Database(raw=owner), outside, [keys.signing_key().public_key()], Report()).faults


# Making a forgery good: every digest anew, so that the chain itself shows nothing.


def rechain(owner: psycopg.Connection[Any], subject: Subject) -> None:
    """The subject's items, changes and head computed anew, numbers without a gap."""
    digest, last = chain.GENESIS, None
    for seq, old in enumerate(rows_of(owner, "core_change", f"subject_id = {subject.pk} ORDER BY at, seq"), start=1):
        change = Change(**old | {"seq": seq, "prev_digest": digest})
        found = rows_of(owner, "core_changeitem", f"change_id = {change.pk} ORDER BY id")
        # Nobody has the text any more that the digest of a masked item was made of.
        items = [ChangeItem(**item) if item["masked"] else chain.seal_item(ChangeItem(**item)) for item in found]
        for item in items:
            owner.execute("UPDATE core_changeitem SET digest = %s WHERE id = %s", [item.digest, item.pk])
        digest = chain.seal(change, items, subject.number).digest
        own = [seq, change.prev_digest, digest, change.reason_digest, change.pk]
        owner.execute(
            "UPDATE core_change SET seq = %s, prev_digest = %s, digest = %s, reason_digest = %s WHERE id = %s", own
        )
        last = change
    if last:
        own = [last.seq, last.digest, last.at, subject.pk]
        owner.execute("UPDATE core_chainhead SET seq = %s, digest = %s, at = %s WHERE subject_id = %s", own)


def rechain_events(owner: psycopg.Connection[Any]) -> None:
    """All events and their head, by the database's own function."""
    owner.execute(
        """DO $$ DECLARE e accounts_event; d text := repeat('0', 64); n bigint := 0; BEGIN
           FOR e IN SELECT * FROM accounts_event ORDER BY seq LOOP
               n := n + 1; e.seq := n; e.prev_digest := d; d := trail_event_digest(e);
               UPDATE accounts_event SET seq = n, prev_digest = e.prev_digest, digest = d WHERE id = e.id;
               UPDATE accounts_eventhead SET seq = n, digest = d, at = e.at;
           END LOOP; END $$"""
    )


def rows_of(owner: psycopg.Connection[Any], table: str, where: str) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(f"SELECT * FROM {table} WHERE {where}").fetchall()
