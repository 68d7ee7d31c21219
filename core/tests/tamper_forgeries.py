"""Forgeries that were thought through: rows, history, items and all digests fit, or a single one was overlooked."""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from core.models import Signature, Subject
from core.standing import signature_digest
from core.tests.tamper_scenes import rechain, rechain_events, rows_of

VS, HISTORY = "assessments_vitalsigns", "assessments_historicalvitalsigns"
COPY = "INSERT INTO {0} SELECT (jsonb_populate_record(NULL::{0}, to_jsonb(t) || jsonb_build_object({1}))).* FROM {0} t"


@dataclass
class Forger:
    """Somebody who knows the system well."""

    owner: psycopg.Connection[Any]
    subjects: dict[str, Subject]

    def do(self, statement: str, **values: Any) -> None:
        """A statement that changes something."""
        assert self.owner.execute(statement, values).rowcount, statement

    def one(self, question: str) -> Any:
        """A single value."""
        found = self.owner.execute(question).fetchone()
        assert found
        return found[0]

    def rechain(self, number: str = "01-001") -> None:
        """The subject's digests anew."""
        rechain(self.owner, self.subjects[number])

    def change(self, seq: int, number: str = "01-001") -> int:
        """The number of a change record."""
        return int(
            self.one(f"SELECT id FROM core_change WHERE subject_id = {self.subjects[number].pk} AND seq = {seq}")
        )

    def first_pressure(self, value: int) -> None:
        """The pressure entered first becomes another, wherever it stands."""
        self.do("UPDATE core_changeitem SET new = to_jsonb(%(v)s) WHERE field = 'sysbp' AND new = '250'", v=value)
        self.do("UPDATE core_changeitem SET old = to_jsonb(%(v)s) WHERE field = 'sysbp' AND old = '250'", v=value)
        self.do(f"UPDATE {HISTORY} SET sysbp = %(v)s WHERE sysbp = 250", v=value)

    def last_of_second(self) -> int:
        """The vital signs of 01-002 were never entered: no row, no history, no record, and the head before them."""
        change = self.change(2, "01-002")
        for table in (VS, "core_visit"):
            history = table.replace("_", "_historical")
            self.do(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {history} WHERE change_id = {change})")
            self.do(f"DELETE FROM {history} WHERE change_id = {change}")
        self.do(f"DELETE FROM core_changeitem WHERE change_id = {change}")
        self.do(f"DELETE FROM core_change WHERE id = {change}")
        self.rechain("01-002")
        return change


def an_item_alone(forger: Forger) -> None:
    forger.do("UPDATE core_changeitem SET new = '121' WHERE field = 'sysbp' AND new = '120' AND old = '250'")


def a_value_and_every_digest(forger: Forger) -> None:
    forger.first_pressure(245)
    forger.rechain()


def an_earlier_time(forger: Forger) -> None:
    third, before = forger.change(3), forger.change(2)
    forger.do(
        f"UPDATE core_change SET at = (SELECT at FROM core_change WHERE id = {before}) + interval '1us'"
        f" WHERE id = {third}"
    )
    forger.do(
        f"UPDATE {HISTORY} h SET history_date = c.at FROM core_change c WHERE c.id = h.change_id AND c.id = {third}"
    )
    forger.do(f"UPDATE {HISTORY} SET changed_at = history_date WHERE change_id = {third}")
    forger.rechain()


def a_cut_off_end(forger: Forger) -> None:
    forger.last_of_second()


def another_order(forger: Forger) -> None:
    third, fourth = forger.change(3), forger.change(4)
    forger.do(
        "UPDATE core_change c SET at = o.at FROM core_change o"
        f" WHERE (c.id, o.id) IN (({third}, {fourth}), ({fourth}, {third}))"
    )
    forger.rechain()


def a_change_in_between(forger: Forger) -> None:
    """As if a second reading had been corrected at once: record, item and history are there."""
    template = forger.change(3)
    forger.do(
        "UPDATE core_change SET seq = seq + 1 WHERE seq > 3 AND subject_id = %(s)s", s=forger.subjects["01-001"].pk
    )
    new = "'id', 9001, 'seq', 4, 'at', t.at + interval '1us', 'page_token', NULL"
    forger.do(f"{COPY.format('core_change', new)} WHERE id = {template}")
    forger.rechain()


def a_row_under_another_subject(forger: Forger) -> None:
    first, second = forger.subjects["01-001"].pk, forger.subjects["01-002"].pk
    for table in (VS, HISTORY):
        forger.do(f"UPDATE {table} SET subject_id = {first} WHERE subject_id = {second}")


def a_row_at_another_visit(forger: Forger) -> None:
    unscheduled = forger.one("SELECT id FROM core_visit WHERE code = 'UNS'")
    at_screening = forger.one(
        f"SELECT id FROM {VS} WHERE subject_id = {forger.subjects['01-001'].pk} ORDER BY id LIMIT 1"
    )
    for table in (VS, HISTORY):
        forger.do(f"UPDATE {table} SET visit_id = {unscheduled}, key = 2 WHERE id = {at_screening}")


def _copied_signature(forger: Forger, row: int) -> None:
    forger.do(COPY.format("core_signature", f"'id', 9001, 'row_id', {row}, 'visit_name', 'SCR'"))
    last = forger.one(f"SELECT max(history_id) FROM {HISTORY} WHERE id = {row}")
    forger.do(f"UPDATE {VS} SET signature_id = 9001 WHERE id = {row}")
    forger.do(f"UPDATE {HISTORY} SET signature_id = 9001 WHERE history_id = {last}")


def a_signature_on_another_form(forger: Forger) -> None:
    _copied_signature(forger, forger.one(f"SELECT min(id) FROM {VS}"))


def a_signature_on_another_form_and_in_its_chain(forger: Forger) -> None:
    """The last change of the vital signs at screening signs them as well, by its items; all digests are anew."""
    row = forger.one(f"SELECT min(id) FROM {VS}")
    _copied_signature(forger, row)
    change = forger.one(f"SELECT max(change_id) FROM {HISTORY} WHERE id = {row}")
    forger.do(f"UPDATE core_signature SET change_id = {change} WHERE id = 9001")
    for table, item_row, name, new in (
        (VS, row, "signature_id", "to_jsonb(9001)"),
        ("core_signature", 9001, "*", "(SELECT new FROM core_changeitem WHERE table_name = 'core_signature' LIMIT 1)"),
    ):
        forger.do(
            "INSERT INTO core_changeitem (change_id, table_name, row_id, field, new, system_rule, was_verified,"
            f" was_signed, masked, salt, digest) SELECT {change}, '{table}', {item_row}, '{name}', {new}, '', false,"
            " false, false, 'x', 'x'"
        )
    forger.rechain()


def a_signature_under_other_content(forger: Forger) -> None:
    """The signature says that something else was signed; it, its item and the chain fit."""
    signature = Signature(**rows_of(forger.owner, "core_signature", "true")[0])
    signature.subject, signature.content_digest = forger.subjects["01-001"], "0" * 64
    told = {"v": signature.content_digest, "d": signature_digest(signature)}
    forger.do("UPDATE core_signature SET content_digest = %(v)s, digest = %(d)s", **told)
    forger.do(
        "UPDATE core_changeitem SET new = new"
        " || jsonb_build_object('content_digest', %(v)s::text, 'digest', %(d)s::text)"
        " WHERE table_name = 'core_signature'",
        **told,
    )
    forger.rechain()


def another_file(forger: Forger) -> None:
    forger.do("UPDATE core_storedfile SET content = '%%PDF-1.7 forged'::bytea")


def an_open_query_closed(forger: Forger) -> None:
    forger.do("UPDATE core_query SET state = 'CANCELLED'")


def a_lock_put_on(forger: Forger) -> None:
    forger.do("UPDATE core_hold SET state = 'LOCKED'")


def another_text_under_a_mask(forger: Forger) -> None:
    """What was masked cannot be computed any more, but it must be masked."""
    forger.do("""UPDATE core_changeitem SET new = '"Li Si fell"' WHERE masked AND new = '"[masked]"'""")
    forger.do("""UPDATE core_changeitem SET old = '"Li Si fell"' WHERE masked AND old = '"[masked]"'""")
    forger.do("UPDATE safety_historicaladverseevent SET aeterm = 'Li Si fell' WHERE aeterm = '[masked]'")


def an_event_less(forger: Forger) -> None:
    forger.do("DELETE FROM accounts_event WHERE seq = (SELECT max(seq) - 5 FROM accounts_event)")
    rechain_events(forger.owner)


def the_last_events_less(forger: Forger) -> None:
    forger.do("DELETE FROM accounts_event WHERE seq > (SELECT max(seq) - 2 FROM accounts_event)")
    rechain_events(forger.owner)


def another_name_everywhere(forger: Forger) -> None:
    forger.do("UPDATE accounts_user SET full_name = 'Nobody' WHERE username = 'zhao.lei'")
    forger.do("UPDATE accounts_historicaluser SET full_name = 'Nobody' WHERE username = 'zhao.lei'")
    forger.do(
        """UPDATE accounts_event SET detail = detail || '{"full_name": "Nobody"}'
           WHERE detail ->> 'username' = 'zhao.lei'"""
    )
    rechain_events(forger.owner)


def a_role_of_ones_own(forger: Forger) -> None:
    forger.do("UPDATE accounts_membership SET role = 'monitor' WHERE role = 'auditor'")


def the_seals_too(forger: Forger) -> None:
    """The end is cut off, and every seal that knew of it."""
    forger.last_of_second()
    forger.do("DELETE FROM core_seal")


def a_seal_of_ones_own(forger: Forger) -> None:
    forger.last_of_second()
    forger.do("UPDATE core_seal SET document = replace(document, '\"01-002\"', '\"01-003\"')")


def a_whole_subject(forger: Forger) -> None:
    changes = f"(SELECT id FROM core_change WHERE subject_id = {forger.subjects['01-002'].pk})"
    for table in (VS, "core_visit", "core_subject"):
        history = table.replace("_", "_historical")
        forger.do(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {history} WHERE change_id IN {changes})")
        forger.do(f"DELETE FROM {history} WHERE change_id IN {changes}")
    forger.do(f"DELETE FROM core_changeitem WHERE change_id IN {changes}")
    forger.do(f"DELETE FROM core_change WHERE subject_id = {forger.subjects['01-002'].pk}")
    forger.do(f"DELETE FROM core_chainhead WHERE subject_id = {forger.subjects['01-002'].pk}")


ANEW = "the chain was written anew after"
STORIES: tuple[tuple[Callable[[Forger], None], tuple[str, ...]], ...] = (
    (an_item_alone, ("01-001, change 3, assessments_vitalsigns", "item sysbp was altered")),
    (a_value_and_every_digest, ("01-001, change", ANEW, "VS at SCR")),
    (an_earlier_time, ("01-001, change", ANEW)),
    (a_cut_off_end, ("01-002, change 2: it is gone, and seal 3 holds it",)),
    (another_order, ("01-001, change", ANEW)),
    (a_change_in_between, ("01-001, change", ANEW)),
    (
        a_row_under_another_subject,
        ("01-002, assessments_vitalsigns 3: the row is gone", "01-001, assessments_vitalsigns 3"),
    ),
    (a_row_at_another_visit, ("01-001, change 2, assessments_vitalsigns 1", "visit_id")),
    (
        a_signature_on_another_form,
        ("core_signature 9001: no change record tells", "differs from its trail: signature_id"),
    ),
    (a_signature_on_another_form_and_in_its_chain, ("the signature was altered or copied", "not made for it", ANEW)),
    (a_signature_under_other_content, ("01-001", "what was signed is not what the record held then", ANEW)),
    (another_file, ("core_storedfile 1: the content of the file is not what was uploaded",)),
    (an_open_query_closed, ("core_query 1: it stands otherwise than its last step left it: state",)),
    (a_lock_put_on, ("core_hold 1: it stands otherwise than its last step left it: state",)),
    (another_text_under_a_mask, ("01-001", "its new was to be masked, and is not")),
    (an_event_less, ("accounts_event: it is gone, and seal 3 holds it",)),
    (the_last_events_less, ("accounts_event: it is gone, and seal 3 holds it",)),
    (another_name_everywhere, (ANEW, "accounts_event")),
    (a_role_of_ones_own, ("accounts_membership", "the row differs from the event about it: role")),
    (the_seals_too, ("01-002, change 2: it is gone, and seal 3 holds it", "seal 3: it is not in the database")),
    (
        a_seal_of_ones_own,
        ("01-002, change 2: it is gone", "seal 3: the database holds another one than the copy outside"),
    ),
    (a_whole_subject, ("01-002: the seals hold its chain, but the subject is gone",)),
)
