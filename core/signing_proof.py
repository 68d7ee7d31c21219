"""Is a signature still what was signed? Compared with its digest, its change record, and every record that bears it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from core.crf import read
from core.models import WHOLE, ChangeItem, Crf, Signature
from core.signing import Filed, file_records
from core.standing import SIGNATURE, signature_digest

TABLE = Signature._meta.db_table
Row = tuple[str, int]


@dataclass
class Evidence:
    """What the database holds about some signatures."""

    records: dict[Row, Filed] = field(default_factory=dict)
    bearers: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    given: dict[int, ChangeItem] = field(default_factory=dict)
    ended: dict[int, ChangeItem] = field(default_factory=dict)


def gather(signatures: Sequence[Signature]) -> Evidence:
    """A statement for each kind of form and one for each of its groups; one for the trail."""
    found, numbers = Evidence(), [each.pk for each in signatures]
    rows = _rows(signatures)
    for code, model in read.form_models().items():
        named = rows.get(model._meta.db_table, set())
        bearing = Q(signature__in=numbers) | Q(pk__in=named)
        for filed in file_records(code, model.objects.filter(bearing)) if numbers else ():
            row = model._meta.db_table, filed.record.pk
            found.records[row] = filed
            found.bearers[filed.record.signature_id or 0].append(row)
    _read_trail(found, numbers, rows)
    return found


def _rows(signatures: Sequence[Signature]) -> dict[str, set[int]]:
    rows: dict[str, set[int]] = defaultdict(set)
    for each in signatures:
        rows[each.table_name].add(each.row_id)
    return rows


def _read_trail(found: Evidence, numbers: Sequence[int], rows: Mapping[str, set[int]]) -> None:
    """The items that carry the signatures, and those by which records let go of them."""
    asked = Q(table_name=TABLE, field=WHOLE, row_id__in=numbers)
    for table, pks in rows.items():
        asked |= Q(table_name=table, field=SIGNATURE, row_id__in=pks)
    for item in ChangeItem.objects.filter(asked).select_related("change__site", "change__subject").order_by("id"):
        if item.table_name == TABLE:
            found.given[item.row_id] = item
        elif item.old is not None:
            found.ended[item.old] = item


def verify(signature: Signature) -> list[str]:
    """Everything that speaks against a signature, in words; empty where it is what was signed (SIG-03)."""
    return list(faults(signature, gather([signature])))


def faults(signature: Signature, found: Evidence) -> Iterator[str]:
    """The same, of what was gathered."""
    if signature_digest(signature) != signature.digest:
        yield _("The signature was altered: its digest does not fit what it says.")
    if not _is_borne_out(signature, found.given.get(signature.pk)):
        yield _("The trail does not tell of this signature as it reads now.")
    own = signature.table_name, signature.row_id
    for row in found.bearers.get(signature.pk, ()):
        if row != own:
            yield _("The signature was put to another record: %(record)s.") % {"record": _name(found.records[row])}
    if own not in found.records:
        yield _("The record that was signed is not there.")
        return
    yield from _against_record(signature, found.records[own], found)


def _is_borne_out(signature: Signature, item: ChangeItem | None) -> bool:
    """Does the change record carry the very row? Its digest is part of that, so its time is as well."""
    return item is not None and item.new == signature.carried()


def _against_record(signature: Signature, filed: Filed, found: Evidence) -> Iterator[str]:
    said = (signature.subject_id, signature.visit_name, signature.form_code, signature.record_key)
    if said != (filed.record.subject_id, *filed.key):
        yield _("The signature names another place than its record has.")
    if not stands(signature, filed.record):
        if signature.pk not in found.ended:
            yield _("The record let go of the signature, and no change on record says why.")
    elif signature.form_version != filed.record.form_version:
        yield _("The record is no longer in the form version that was signed.")
    elif signature.content_digest != filed.digest:
        yield _("The content of the record is not what was signed.")


def stands(signature: Signature, record: Crf) -> bool:
    """Does the record bear this signature now?"""
    return record.signature_id == signature.pk


def _name(filed: Filed) -> str:
    return " ".join((filed.place.subject.number, *map(str, filed.key)))
