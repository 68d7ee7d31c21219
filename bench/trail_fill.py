"""A trail of five years, written in bulk: for measuring alone, since nothing of it is a real trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import Role, Site, User
from accounts.testing import join, make_cast, make_person
from core import schedule
from core.crf import read
from core.testing.databases import owner_connection

SITES, SUBJECTS, EVENTS = 12, 600, 200_000
REASONS = (
    "transcription error", "source corrected after review", "抄写错误", "wrong unit", "原始病历更正", "late result",
    "query answered", "录入错误，已核对原始记录",
)  # fmt: skip
TABLES = ("core_change", "core_changeitem", "accounts_event")
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'u')
"""
INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
# A share between 0 and 1 that the number of the row and a salt decide.
SHARE = """
    CREATE FUNCTION share(row_number bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT ((hashint8extended(row_number, salt) & 1048575) / 1048576.0)::float8
    $$
"""
ADDED = """
    INSERT INTO core_subject (number, site_id, ordinal, protocol_version, status)
    SELECT 'S' || n, (%(site_ids)s::bigint[])[1 + floor(share(n, 7) ^ 2 * %(sites)s)::int], n, 1, 'FOLLOW_UP'
    FROM generate_series(1, %(subjects)s) AS n RETURNING id
"""
CHANGES = """
    WITH drawn AS (
        SELECT n, least(1 + floor((0.8 * n / %(rows)s + 0.2 * share(n, 1)) * %(subjects)s), %(subjects)s)::int AS s,
               share(n, 2) AS what, share(n, 3) AS who, share(n, 4) AS a, share(n, 5) AS b, share(n, 6) AS c
        FROM generate_series(1, %(rows)s) AS n
    ), placed AS (
        SELECT *, 1 + floor(share(s, 7) ^ 2 * %(sites)s)::int AS site,
               CASE WHEN what < .45 THEN 'CREATE' WHEN what < .72 THEN 'CHANGE' WHEN what < .86 THEN 'VERIFY'
                    WHEN what < .94 THEN 'QUERY' WHEN what < .985 THEN 'SIGN' WHEN what < .99 THEN 'VOID'
                    WHEN what < .996 THEN 'FREEZE' ELSE 'LOCK' END AS kind
        FROM drawn
    )
    INSERT INTO core_change (id, subject_id, site_id, seq, at, txid, kind, actor_id, actor_name, role, visit_name,
        form_code, record_key, form_version, software_version, reason, request_id, query_id, after_verification,
        after_signature, reason_masked, salt, reason_digest, prev_digest, digest)
    SELECT n, (%(subject_ids)s::bigint[])[s], (%(site_ids)s::bigint[])[site], n,
        timestamptz '2021-01-01' + n * interval '5 years' / %(rows)s, n, kind,
        CASE WHEN kind IN ('VERIFY', 'FREEZE') OR kind = 'QUERY' AND who < .4
                  THEN (%(monitors)s::bigint[])[1 + site %% 4]
             WHEN kind = 'LOCK' THEN (%(managers)s::bigint[])[1 + (n %% 2)::int]
             WHEN kind = 'QUERY' AND who < .7 THEN %(system)s
             WHEN kind = 'SIGN' THEN (%(staff)s::bigint[])[(site - 1) * 4 + 1]
             ELSE (%(staff)s::bigint[])[(site - 1) * 4 + 2 + floor(who ^ 2 * 3)::int] END,
        'A Person',
        CASE WHEN kind IN ('VERIFY', 'FREEZE') OR kind = 'QUERY' AND who < .4 THEN 'monitor'
             WHEN kind = 'LOCK' THEN 'data_manager' WHEN kind = 'QUERY' AND who < .7 THEN ''
             WHEN kind = 'SIGN' THEN 'investigator' ELSE 'coordinator' END,
        (%(visits)s::text[])[1 + floor(a * array_length(%(visits)s::text[], 1))::int],
        (%(forms)s::text[])[1 + floor(b ^ 2 * array_length(%(forms)s::text[], 1))::int],
        1, 1, 'bench',
        CASE WHEN kind NOT IN ('CHANGE', 'VOID') THEN '' WHEN n %% 5000 = 0 THEN 'instrument recalibrated, 仪器校准'
             ELSE (%(reasons)s::text[])[1 + floor(c ^ 2 * array_length(%(reasons)s::text[], 1))::int] END,
        lpad(n::text, 36, '0'), CASE WHEN kind = 'CHANGE' AND a < .1 THEN 1 END, kind = 'CHANGE' AND b > .9,
        kind = 'CHANGE' AND b > .96, false, lpad(n::text, 32, '0'), lpad(n::text, 64, '0'),
        lpad((n - 1)::text, 64, '0'), lpad(n::text, 64, '0')
    FROM placed ORDER BY n
"""
ITEMS = """
    INSERT INTO core_changeitem (change_id, table_name, row_id, row_key, field, "old", "new", system_rule,
        was_verified, was_signed, masked, salt, digest)
    SELECT c.id, t.name, c.subject_id, 1,
        (t.fields)[1 + floor(share(c.id, 8 + k) ^ 2 * array_length(t.fields, 1))::int],
        to_jsonb(12), to_jsonb(21), CASE WHEN k = 1 THEN 'TOTAL v1' ELSE '' END, false, false, false,
        lpad(c.id::text, 32, '0'), lpad(c.id::text, 64, '0')
    FROM core_change c JOIN bench_fields t ON t.form = c.form_code, generate_series(0, (c.id % 3 = 0)::int) AS k
    ORDER BY c.id
"""
SIGNED_IN = """
    INSERT INTO accounts_event (seq, at, kind, actor_id, actor_name, role, site_id, subject, what, reason, request_id,
        address, prev_digest, digest, txid)
    SELECT 1000000 + n, timestamptz '2021-01-01' + n * interval '5 years' / %(events)s,
        CASE WHEN n %% 50 = 0 THEN 'SIGN_IN_FAILED' WHEN n %% 2 = 0 THEN 'SIGN_IN' ELSE 'SIGN_OUT' END,
        (%(staff)s::bigint[])[1 + n %% 48], 'A Person', 'coordinator',
        (%(site_ids)s::bigint[])[1 + (n %% 48) / 4], '', '', '', '', '', lpad(n::text, 64, '0'),
        lpad(n::text, 64, '0'), n
    FROM generate_series(1, %(events)s) AS n
"""


@contextmanager
def bare(owner: Any) -> Iterator[None]:
    """Without triggers and indexes while rows pour in. Foreign keys stay away: nothing of this is a real trail."""
    for table in TABLES:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    kept = owner.execute(CONSTRAINTS, [list(TABLES)]).fetchall()
    indexes = owner.execute(INDEXES, [list(TABLES)]).fetchall()
    for table, name, *_ in kept:
        owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        owner.execute(f"DROP INDEX {name}")
    yield
    for table, name, kind, definition in kept:
        if kind == "u":
            owner.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        owner.execute(definition)


def people_and_places() -> dict[str, Any]:
    """Sites, persons and subjects of the trial."""
    cast = make_cast()
    more = [Site.objects.create(code=f"{n:02}", name=f"Hospital {n}", city="Hangzhou") for n in range(3, SITES + 1)]
    sites = [cast.site, cast.other_site, *more]
    staff = []
    for site in sites:
        head = make_person(f"pi.{site.code}", f"Investigator {site.code}")
        join(head, Role.INVESTIGATOR, site, head)
        staff += [head, *(_person(f"crc{n}.{site.code}", Role.COORDINATOR, site, head) for n in range(3))]
    monitors = [cast.monitor, *(_person(f"cra{n}", Role.MONITOR) for n in range(3))]
    return {
        "cast": cast,
        "sites": SITES,
        "site_ids": [site.pk for site in sites],
        "staff": [person.pk for person in staff],
        "monitors": [person.pk for person in monitors],
        "managers": [cast.data_manager.pk, _person("dm2", Role.DATA_MANAGER).pk],
        "system": User.objects.get(is_system=True).pk,
    }


def _person(name: str, role: Role, site: Site | None = None, head: User | None = None) -> User:
    return join(make_person(name, f"Person {name}"), role, site, head)


def fill(name: str, rows: int) -> dict[str, Any]:
    """The trail of five years."""
    made = people_and_places()
    forms = {form.code: (form.model._meta.db_table, [item.name for item in form.items]) for form in read.forms()}
    made |= {"rows": rows, "subjects": SUBJECTS, "reasons": list(REASONS), "forms": list(forms), "events": EVENTS}
    made["visits"] = [visit.code for visit in schedule.current().visits]
    with owner_connection(name) as owner:
        owner.execute(SHARE)
        owner.execute("ALTER TABLE core_subject DISABLE TRIGGER USER")
        made["subject_ids"] = [row[0] for row in owner.execute(ADDED, made | {"cast": None}).fetchall()]
        owner.execute("CREATE TABLE bench_fields (form text, name text, fields text[])")
        for form, (table, fields) in forms.items():
            owner.execute("INSERT INTO bench_fields VALUES (%s, %s, %s)", [form, table, fields])
        with bare(owner):
            owner.execute(CHANGES, made | {"cast": None})
            owner.execute(ITEMS)
            owner.execute(SIGNED_IN, made | {"cast": None})
        owner.execute("SELECT setval(pg_get_serial_sequence('core_change', 'id'), %s)", [rows])
        owner.execute("ANALYZE")
    return made
