#!/usr/bin/env python3
"""Prove from an export and the seals, on a machine without the database, that nothing of a trial was altered.

    python verify_trail.py EXPORT_DIR --seals FOLDER --key seal.pub

Needs Python 3.11 or newer and the package `cryptography`; nothing of the trial's system. `manage.py verify_trail` runs
the very same checks on the database itself. One file on purpose, though a long one: an inspector can read it from top
to bottom, carry it on a stick and know that nothing else takes part. docs/verification.md says what each fault means.

What is checked, in this order:

1. Seals: the signature of each, that none is missing, that each names the one before it, that the copies outside the
   database are the ones in it.
2. The chain of each subject: the digest of every item, reason and change; numbers without a gap; time that only rises;
   that it ends where its head says, and holds every sealed head.
3. Replay: every row of every table is built anew from the items of the changes. Each state in the history and the row
   as it is now must be exactly what comes out, and who, when and where must be what the change says.
4. Rows that an act adds and nobody changes: queries and their steps, signatures, freezes and locks, files.
5. The chain of everything else that happened (sign-in, roles, accounts, sites), and that accounts, sites and roles are
   as it told last.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

# --- Words and shapes -------------------------------------------------------------------------------------------------

SEP: Final = "\x1f"
GENESIS: Final = "0" * 64
WHOLE: Final = "*"
MASKED: Final = "[masked]"
UNDER_WAY: Final = timedelta(minutes=5)  # core/protection/functions.sql refuses a transaction that took longer
SHOWN: Final = 1000  # so many faults are printed; all are counted

# What identifies a row or only keeps its books: never an item of a change.
NOT_ITEMS: Final = frozenset(
    (
        "id",
        "subject_id",
        "visit_id",
        "parent_id",
        "key",
        "number",
        "ordinal",
        "code",
        "revision",
        "entered_at",
    )
    + ("entered_by_id", "changed_at", "changed_by_id", "missing", "verified", "voided")
)
HISTORY: Final = frozenset(
    ("history_id", "history_date", "history_change_reason", "history_type", "history_user_id", "change_id")
)
NOT_FLAT: Final = NOT_ITEMS | HISTORY
IDENTITY: Final = (
    ("subject_id", "visit_id", "parent_id", "key", "number", "site_id", "ordinal", "code", "previous_id")
    + ("form_version", "entered_at", "entered_by_id")
)  # fmt: skip
# Tables whose rows an act adds whole: when, in which column; and what of a row moves later.
NOTED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "core_query": ("opened_at", ("state", "confirmed", "value")),
    "core_queryevent": ("at", ()),
    "core_signature": ("at", ()),
    "core_hold": ("", ("state", "asked")),
    "core_holdstep": ("at", ()),
    "core_storedfile": ("uploaded_at", ()),
    "core_maskrequest": ("at", ()),
    "core_maskdecision": ("at", ()),
    "coding_coding": ("at", ()),
    "core_report": ("at", ()),
}
NOT_CARRIED: Final = frozenset(("id", "change_id", "at", "opened_at", "uploaded_at", "content", "masked"))
# The table of the steps, and the column that names what they are steps of.
STEPS: Final = {"core_query": ("core_queryevent", "query_id"), "core_hold": ("core_holdstep", "hold_id")}
DATA_KINDS: Final = frozenset(("CREATE", "CHANGE", "VOID", "AFTER_LOCK", "TRANSFER"))
# Events of these kinds carry a row of these tables, as its history keeps it.
ACCOUNT_EVENTS: Final = {
    "SITE": "accounts_site",
    "ACCOUNT": "accounts_user",
    "ROLE": "accounts_membership",
    "CONSENT_FORM": "screening_consentversion",
    "TRAIL_REVIEW": "core_trailreview",
}

Line = Sequence[Any]
Place = tuple[str, int]  # table, number of the row
Values = dict[str, Any]


class Change(NamedTuple):
    """A change record."""

    subject_id: int
    seq: int
    id: int
    at: str
    kind: str
    actor_id: int
    actor_name: str
    role: str
    site_id: int
    visit_name: str
    form_code: str
    record_key: int | None
    form_version: int | None
    software_version: str
    request_id: str
    query_id: int | None
    after_verification: bool
    after_signature: bool
    reason: str
    reason_masked: bool
    salt: str
    reason_digest: str
    prev_digest: str
    digest: str

    @property
    def record(self) -> str:
        """The record it is about, in words."""
        key = "" if self.record_key in (None, 1) else f" {self.record_key}"
        return f"{self.form_code or 'the subject'}{key} at {self.visit_name}" if self.visit_name else "the subject"


class Event(NamedTuple):
    """Something that happened beside the data."""

    seq: int
    at: str
    kind: str
    actor_id: int | None
    actor_name: str
    role: str
    site_id: int | None
    subject: str
    what: str
    detail: str | None
    reason: str
    request_id: str
    address: str
    prev_digest: str
    digest: str


class Seal(NamedTuple):
    """A seal as the database has it."""

    number: int
    at: str
    cause: str
    document: str
    sha256: str
    signature: str
    key_id: str


class Source(Protocol):
    """Where the lines come from: an export, or the database itself. Lines of subjects come ordered by subject.

    changes: Change, ordered by seq. items: subject, change, id, table, row, row's key, field, old, new, rule, was
    verified, was signed, masked, salt, digest. history: subject, change, table, row. rows: subject, table, table of the
    parent, name of the group, row. heads: subject, seq, digest, at. events: Event. event_head: seq, digest, at.
    accounts: table, row, of the accounts and of their histories. seals: Seal. Rows, old and new are the text of
    PostgreSQL's jsonb.
    """

    def lines(self, name: str) -> Iterator[Line]:
        """The lines of that name."""

    def content(self, pk: int) -> bytes | None:
        """A stored file."""


STREAMS: Final = ("changes", "items", "history", "rows", "heads", "events", "event_head", "accounts", "seals")


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was recorded, and where."""

    words: str
    subject: str = ""
    seq: int | None = None
    table: str = ""
    row: int | None = None

    def __str__(self) -> str:
        change = "" if self.seq is None else f"{'change' if self.subject else 'event'} {self.seq}"
        place = f"{self.table} {self.row}" if self.row is not None else self.table
        where = ", ".join(part for part in (self.subject, change, place) if part)
        return f"{where}: {self.words}" if where else self.words


@dataclass
class Report:
    """What was found."""

    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    started: float = field(default_factory=time.perf_counter)

    def add(self, words: str, **where: Any) -> None:
        """One fault more."""
        self.faults.append(Fault(words, **where))

    def counted(self, lines: Iterator[Line]) -> Iterator[Line]:
        """The lines, counted as they pass."""
        for line in lines:
            self.rows += 1
            yield line

    def text(self) -> str:
        """Every fault, and the line that sums up."""
        shown = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            shown.append(f"... and {len(self.faults) - SHOWN} more")
        speed = self.rows / max(time.perf_counter() - self.started, 1e-9)
        return "\n".join([*shown, f"rows checked {self.rows}, rows per second {speed:.0f}, faults {len(self.faults)}"])


# --- Values -----------------------------------------------------------------------------------------------------------


def _exact(digits: str) -> str:
    """A decimal as it is written: 1.50 is not 1.5. No text of the database can hold the mark in front."""
    return "\0" + digits


_parse: Final = json.JSONDecoder(parse_float=_exact).decode
_known: dict[str, Any] = {}


def value_of(text: str | None) -> Any:
    """A value from its JSON. Short ones come again and again."""
    if text is None:
        return None
    if text in _known:
        return _known[text]
    value = _parse(text)
    if len(text) < 24 and len(_known) < 100_000:
        _known[text] = value
    return value


def canonical(value: Any) -> str:
    """JSON to the letter as PostgreSQL writes it from jsonb: shorter names first."""
    if isinstance(value, str) and value.startswith("\0"):
        return value[1:]
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        return "{" + ", ".join(f"{canonical(name)}: {canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(text: str) -> str:
    """Hex digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def short(at: str) -> str:
    """A time as jsonb writes it: without the zeros at its end."""
    return at[:-6].rstrip("0").rstrip(".") + at[-6:]


def full(at: str) -> str:
    """A time of jsonb with all six digits."""
    day, offset = at[:-6], at[-6:]
    whole, _, fraction = day.partition(".")
    return f"{whole}.{fraction:0<6}{offset}"


def flat(row: Mapping[str, Any]) -> Values:
    """A row as the trail names it: column, `missing.<item>`, `verified.<item>`, and `voided` once it is."""
    found = {name: value for name, value in row.items() if value is not None and name not in NOT_FLAT}
    for part in ("missing", "verified"):
        for name, value in (row.get(part) or {}).items():
            found[f"{part}.{name}"] = value
    if row.get("voided"):
        found["voided"] = True
    return found


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The names under which two rows differ."""
    return ", ".join(sorted(name for name in {*one, *other} if one.get(name) != other.get(name)))


# --- Seals ------------------------------------------------------------------------------------------------------------


def key_id(key: Ed25519PublicKey) -> str:
    """What names a key: SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def load_key(pem: bytes) -> Ed25519PublicKey:
    """A public key from its file. ValueError where it is none."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is not the public key of an Ed25519 pair")
    return key


@dataclass
class Outside:
    """Seals kept outside the database: seal-000001.json, seal-000001.sig and so on. `partial`: some of them."""

    folder: Path
    partial: bool = False
    numbers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, folder: Path, *, partial: bool = False) -> Outside:
        """Look before the database is read: what comes later is not missed there."""
        names = (path.stem.removeprefix("seal-") for path in folder.glob("seal-*.json"))
        return cls(folder, partial, frozenset(int(name) for name in names if name.isdecimal()))

    def keys(self) -> list[Ed25519PublicKey]:
        """The public keys that lie beside the seals."""
        return [load_key(path.read_bytes()) for path in sorted(self.folder.glob("*.pub"))]

    def read(self, number: int) -> tuple[str, str] | None:
        """Document and signature (hex), if that seal is there."""
        path = self.folder / seal_name(number)
        try:
            return path.read_bytes().decode(errors="replace"), path.with_suffix(".sig").read_bytes().hex()
        except FileNotFoundError:
            return None


def seal_name(number: int) -> str:
    """The name of a seal's file."""
    return f"seal-{number:06}.json"


@dataclass
class Sealed:
    """What the seals say: by subject number and change, the digest and the seal that holds it; events likewise."""

    heads: dict[str, dict[int, tuple[str, int]]] = field(default_factory=lambda: defaultdict(dict))
    events: dict[int, tuple[str, int]] = field(default_factory=dict)
    times: dict[int, str] = field(default_factory=dict)
    last: int = 0


def _with_tolerance(at: str) -> str:
    """A transaction that was under way when the seal was made may be a little older; the database allows it no more."""
    return (datetime.fromisoformat(at) - UNDER_WAY).isoformat(timespec="microseconds")


class SealCheck:
    """The chain of seals, from the database and from outside."""

    def __init__(self, report: Report, outside: Outside | None, keys: Iterable[Ed25519PublicKey]) -> None:
        self.report, self.outside, self.sealed = report, outside, Sealed()
        self.keys = {key_id(key): key for key in keys}
        self.previous: str | None = ""

    def run(self, lines: Iterable[Line]) -> Sealed:
        """Every seal in order; what is signed is what the chains are held against."""
        inside: dict[int, Seal] = {}
        for seal in map(Seal._make, lines):
            if inside.setdefault(seal.number, seal) is not seal:
                self._fault(seal.number, "the database holds two of this number")
        numbers = sorted(inside.keys() | (self.outside.numbers if self.outside else frozenset()))
        expected = 1
        for number in numbers:
            for gap in range(expected, number):
                self._fault(gap, "it is missing, in the database and outside")
                self.previous = None
            expected = number + 1
            self._one(number, inside.get(number))
        return self.sealed

    def _fault(self, number: int, words: str) -> None:
        self.report.add(words, table="seal", row=number)

    def _one(self, number: int, seal: Seal | None) -> None:
        copy = self.outside.read(number) if self.outside else None
        if seal is None:
            self._fault(number, "it is not in the database; the copy outside is used")
        elif copy is None and self.outside and not self.outside.partial:
            self._fault(number, "there is no copy of it outside")
        if seal and hashlib.sha256(seal.document.encode()).hexdigest() != seal.sha256:
            self._fault(number, "its document does not have the digest beside it")
        if seal and copy and copy != (seal.document, seal.signature):
            self._fault(number, "the database holds another one than the copy outside; the copy is used")
        document, signature = copy or (seal.document, seal.signature) if seal else copy or ("", "")
        self._signed(number, document, signature)
        if seal:
            self._beside(seal)

    def _beside(self, seal: Seal) -> None:
        """What the database keeps beside the document is what the document says."""
        try:
            said = json.loads(seal.document)
            beside = (said["number"], said["at"], said["cause"], said["key"])
        except (ValueError, KeyError, TypeError):
            return
        if beside != (seal.number, seal.at, seal.cause, seal.key_id):
            self._fault(seal.number, "the database says otherwise beside its document")

    def _signed(self, number: int, document: str, signature: str) -> None:
        """Use it if it is signed and in its place."""
        try:
            said = json.loads(document)
            key = self.keys[said["key"]]
            key.verify(bytes.fromhex(signature), document.encode())
        except KeyError:
            self._fault(number, "it is signed with a key that was not given")
        except (ValueError, TypeError, InvalidSignature):
            self._fault(number, "its signature is not that of the key")
        else:
            self._placed(number, said)
        self.previous = hashlib.sha256(document.encode()).hexdigest()

    def _placed(self, number: int, said: Mapping[str, Any]) -> None:
        if said["number"] != number:
            self._fault(number, f"its document says it is number {said['number']}")
        if self.previous is not None and said["previous"] != self.previous:
            self._fault(number, "it does not continue the one before it")
        for subject, (seq, digest) in said["heads"].items():
            known = self.sealed.heads[subject].setdefault(seq, (digest, number))
            if known[0] != digest:
                self._fault(number, f"it says otherwise than seal {known[1]} of change {seq} of {subject}")
        if said["events"]:
            self.sealed.events[said["events"][0]] = (said["events"][1], number)
        self.sealed.last = number
        self.sealed.times[number] = _with_tolerance(said["at"])


# --- One subject ------------------------------------------------------------------------------------------------------


class Row:
    """A row built anew from the items. `last`: the history row before; `children`: rows of its repeating groups."""

    __slots__ = ("children", "fields", "key", "last")

    def __init__(self, key: int | None) -> None:
        self.key = key
        self.fields: Values = {}
        self.last: Values | None = None
        self.children: list[Place] = []


class Casebook:
    """One subject: the chain is computed anew, and the rows are built anew from what it tells."""

    def __init__(self, subject_id: int, rows: Iterable[Line], report: Report, source: Source) -> None:
        self.id, self.report, self.source = subject_id, report, source
        self.current: dict[Place, Values] = {}
        self.parents: dict[str, tuple[str, str]] = {}
        for _, table, parent, group, text in rows:
            row = _parse(text)
            self.current[table, row["id"]] = row
            if parent:
                self.parents[table] = (parent, group)
        self.rows: dict[Place, Row] = {}
        self.noted: dict[Place, tuple[Change, Values]] = {}
        self.masks: dict[Place, tuple[int, dict[str, str | None]]] = {}
        self.number = ""

    # The chain

    def check(
        self,
        changes: Sequence[Change],
        items: Iterable[Line],
        history: Iterable[Line],
        head: Line | None,
        seals: Sealed,
    ) -> None:
        """The whole subject."""
        sealed = seals.heads
        told: dict[int, list[Line]] = defaultdict(list)
        for item in items:
            told[item[1]].append(item)
        kept: dict[int, list[tuple[str, Values]]] = defaultdict(list)
        for _, change_id, table, text in history:
            kept[change_id].append((table, _parse(text)))
        self._name(kept, sealed)
        self.masks = _masks(changes, told)
        self._chain(changes, told, kept, sealed.get(self.number, {}))
        self._ends(changes, head, sealed.get(self.number, {}))
        self._dated(changes, seals)
        self._strays({change.id for change in changes}, told, kept)
        self._settle()

    def _dated(self, changes: Sequence[Change], seals: Sealed) -> None:
        """A change that a seal did not hold yet is not dated before that seal."""
        own = sorted((seq, number) for seq, (_digest, number) in seals.heads.get(self.number, {}).items())
        for change in changes:
            place = bisect_left(own, (change.seq, 0))
            first = own[place][1] if place < len(own) else seals.last + 1
            before = seals.times.get(first - 1)
            if before and change.at < before:
                self._fault(f"it is dated before seal {first - 1}, which did not hold it yet", change)

    def _strays(
        self, changes: set[int], told: Mapping[int, Iterable[Line]], kept: Mapping[int, Iterable[tuple[str, Values]]]
    ) -> None:
        """Items and history entries that belong to no change record of the subject."""
        for lines in kept.values():
            for table, state in lines:
                self._fault("its history has an entry that no change record explains", place=(table, state["id"]))
        for change_id in told.keys() - changes:
            for item in told[change_id]:
                self._fault(f"item {item[6]} belongs to no change record", place=(item[3], item[4]))

    def _name(
        self, kept: Mapping[int, Sequence[tuple[str, Values]]], sealed: Mapping[str, Mapping[int, tuple[str, int]]]
    ) -> None:
        """The subject's number, as its row and its history say; where they differ, the one the seals know."""
        states = [self.current.get(("core_subject", self.id), {})]
        states += [state for lines in kept.values() for table, state in lines if table == "core_subject"]
        numbers = [str(state["number"]) for state in states if state]
        found = next((number for number in numbers if number in sealed), None)
        self.number = found or (numbers[0] if numbers else f"subject {self.id}")

    def _fault(self, words: str, change: Change | None = None, place: Place = ("", 0)) -> None:
        table, row = place
        seq = change.seq if change else None
        self.report.add(words, subject=self.number, seq=seq, table=table, row=row if table else None)

    def _chain(
        self,
        changes: Sequence[Change],
        told: Mapping[int, Sequence[Line]],
        kept: dict[int, list[tuple[str, Values]]],
        sealed: Mapping[int, tuple[str, int]],
    ) -> None:
        seq, digest, at, proven = 0, GENESIS, "", 0
        for change in changes:
            if change.seq != seq + 1:
                self._fault(f"it comes after change {seq}", change)
            if change.prev_digest != digest:
                self._fault("it does not continue the one before it", change)
            if change.at <= at:
                self._fault("it is not later than the one before it", change)
            self._computed(change, self._items(change, told.get(change.id, ())))
            self._history(change, kept.pop(change.id, ()), told.get(change.id, ()))
            self._signatures(change, told.get(change.id, ()))
            if change.seq in sealed:
                proven = self._held(change, sealed[change.seq], changes, proven)
            seq, digest, at = change.seq, change.digest, change.at

    def _held(self, change: Change, sealed: tuple[str, int], changes: Sequence[Change], proven: int) -> int:
        """Is it the change that was sealed? Else it was written anew, or one of those since the seal before it."""
        digest, number = sealed
        if change.digest != digest:
            since = {each.record: None for each in changes if proven < each.seq <= change.seq}
            self._fault(
                f"it is not the one of seal {number}: the chain was written anew after change {proven}"
                f" ({'; '.join(list(since)[:5])})",
                change,
            )
        return change.seq

    def _computed(self, change: Change, digests: Iterable[str]) -> None:
        if change.reason_masked:
            self._is_masked(("core_change", change.id), change, {"reason": change.reason})
        elif sha256(change.salt + change.reason) != change.reason_digest:
            self._fault("its reason was altered", change)
        said = (
            change.prev_digest, self.number, change.seq, change.at, change.kind, change.actor_id, change.actor_name,
            change.role, change.site_id, change.visit_name, change.form_code, _or(change.record_key),
            _or(change.form_version), change.software_version, change.request_id, _or(change.query_id),
            "1" if change.after_verification else "", "1" if change.after_signature else "", change.reason_digest,
            *digests,
        )  # fmt: skip
        if sha256(SEP.join(map(str, said))) != change.digest:
            self._fault(f"it was altered, or items were added or left out ({change.record})", change)

    def _items(self, change: Change, lines: Iterable[Line]) -> list[str]:
        """Compute the items anew and play them back. Gives their digests as they stand."""
        digests = []
        for _, _, pk, table, row_id, key, name, old, new, rule, verified, signed, masked, salt, digest in lines:
            digests.append(digest)
            kept: Mapping[str, str | None] = {}
            if masked:
                kept = self._is_masked(("core_changeitem", pk), change, {"old": value_of(old), "new": value_of(new)})
            after = _parts(salt, new, kept) if name == WHOLE else kept.get("new") or _part(salt, new)
            said = (
                f"{salt}{SEP}{table}{SEP}{row_id}{SEP}{'' if key is None else key}{SEP}{name}{SEP}"
                f"{kept.get('old') or _part(salt, old)}{SEP}{after}{SEP}{rule}{SEP}{'1' if verified else ''}{SEP}"
                f"{'1' if signed else ''}"
            )
            if hashlib.sha256(said.encode()).hexdigest() != digest:
                self._fault(f"item {name} was altered", change, (table, row_id))
            if name == WHOLE:
                self._note(change, (table, row_id), new)
            else:
                self._replay(change, (table, row_id), key, name, old, new)
        return digests

    def _replay(
        self, change: Change, place: Place, key: int | None, name: str, old: str | None, new: str | None
    ) -> None:
        """Play one item back."""
        row = self.rows.get(place)
        if row is None:
            row = self.rows[place] = Row(key)
        fields = row.fields
        if fields.get(name) != value_of(old):
            self._fault(f"item {name} does not begin with the value before it", change, place)
        if new is None:
            fields.pop(name, None)
        else:
            fields[name] = value_of(new)

    def _is_masked(self, place: Place, change: Change, held: Values) -> Mapping[str, str | None]:
        """A later decision in the same chain must name what is masked, and it must be masked.

        Gives, by column, the digest of what stood there: with it all the rest can still be computed.
        """
        seq, columns = self.masks.get(place, (0, {}))
        if seq <= change.seq:
            self._fault("it says that it was masked, but no decision on masking names it", change, place)
        for column in columns:
            name, _, part = column.partition(".")
            value = held.get(name)
            if (value.get(part) if part and isinstance(value, dict) else value) != MASKED:
                self._fault(f"its {column} was to be masked, and is not", change, place)
        return columns

    def _ends(self, changes: Sequence[Change], head: Line | None, sealed: Mapping[int, tuple[str, int]]) -> None:
        last = changes[-1] if changes else None
        seq, digest, at = (last.seq, last.digest, last.at) if last else (0, GENESIS, None)
        if self.id and (head is None or tuple(head[1:]) != (seq, digest, at)):
            self._fault("the chain does not end where its head says it ends")
        late = [(at, number) for at, (_, number) in sealed.items() if at > seq]
        if late:
            held, number = max(late)
            words = f"it is gone, and seal {number} holds it: the chain now ends with change {seq}"
            self.report.add(words, subject=self.number, seq=held)

    # What the history says

    def _history(self, change: Change, lines: Iterable[tuple[str, Values]], told: Iterable[Line]) -> None:
        """Each state that the history keeps of this change is what the items come to."""
        touched = {(item[3], item[4]) for item in told if item[6] != WHOLE}
        seen = set()
        for table, state in sorted(lines, key=self._depth):
            place = (table, state["id"])
            if place in seen:
                self._fault("its history has two entries of one change", change, place)
            seen.add(place)
            if place in self.rows:
                self._state(change, place, self.rows[place], state)
            else:
                self._fault("its history has an entry, but no item tells of it", change, place)
        for table, row_id in touched - seen:
            self._fault("its history lacks an entry of this change", change, (table, row_id))

    def _depth(self, line: tuple[str, Values]) -> int:
        """A visit comes before its forms, a form before its rows."""
        return 0 if line[0] in ("core_subject", "core_visit") else 2 if "parent_id" in line[1] else 1

    def _state(self, change: Change, place: Place, row: Row, state: Values) -> None:
        found = flat(state)
        if found != row.fields:
            words = f"its history says otherwise than the items: {differing(found, row.fields)}"
            self._fault(words, change, place)
        who = (change.actor_id, change.reason, short(change.at), "~" if row.last else "+")
        named = (state["history_user_id"], state["history_change_reason"], state["history_date"], state["history_type"])
        if named != who:
            self._fault("its history names another person, reason or time", change, place)
        wrong = self._books(change, row.last, state) + (
            self._moved(change, row.last, state) if row.last else self._born(change, place, row, state)
        )
        if wrong:
            self._fault(f"its history says otherwise than the change: {', '.join(wrong)}", change, place)
        row.last = state

    @staticmethod
    def _moved(change: Change, last: Values, state: Values) -> list[str]:
        """What says which row it is never moves; only a subject goes to another site, by a change of that kind."""
        moved = [name for name in IDENTITY if last.get(name) != state.get(name)]
        if change.kind == "TRANSFER" and moved == ["site_id"] and state["site_id"] == change.site_id:
            return []
        return moved

    @staticmethod
    def _books(change: Change, last: Values | None, state: Values) -> list[str]:
        """Version token, time and person: they follow changes of data alone."""
        wrong, data = [], change.kind in DATA_KINDS
        if "revision" in state and state["revision"] != (1 if last is None else last["revision"] + data):
            wrong.append("revision")
        if "changed_at" in state:
            now = (short(change.at), change.actor_id)
            if (state["changed_at"], state["changed_by_id"]) != (
                now if data or last is None else (last["changed_at"], last["changed_by_id"])
            ):
                wrong.append("changed_at, changed_by_id")
        return wrong

    def _born(self, change: Change, place: Place, row: Row, state: Values) -> list[str]:
        """A new row belongs where the change says."""
        table = place[0]
        if table == "core_subject":
            right: Values = {"id": self.id, "site_id": change.site_id, "number": self.number}
            right["ordinal"] = _ordinal(self.number)
        elif table == "core_visit":
            right = {"subject_id": self.id}
            if visit_name(state) != change.visit_name:
                right["code"] = None
        elif "parent_id" in state:
            right = {"key": row.key}
            parent = (self.parents.get(table, ("", ""))[0], state["parent_id"])
            if table in self.parents and self._place_of(parent) != (change.visit_name, change.record_key):
                right["parent_id"] = None
            elif parent in self.rows:
                self.rows[parent].children.append(place)
        else:
            right = {"subject_id": self.id, "key": change.record_key, "form_version": change.form_version}
            right |= {"entered_at": short(change.at), "entered_by_id": change.actor_id}
            if self._visit_of(state) != change.visit_name:
                right["visit_id"] = None
        return [name for name, value in right.items() if state.get(name) != value]

    def _visit_of(self, record: Values) -> str | None:
        """The name of the visit a record belongs to."""
        visit = self.rows.get(("core_visit", record["visit_id"] or 0))
        return "LOG" if record["visit_id"] is None else visit_name(visit.last) if visit and visit.last else None

    def _place_of(self, record: Place) -> tuple[str | None, int | None] | None:
        row = self.rows.get(record)
        return (self._visit_of(row.last), row.last["key"]) if row and row.last else None

    # Rows that are added whole

    def _note(self, change: Change, place: Place, new: str | None) -> None:
        if place in self.noted:
            self._fault("two changes tell of it as new", change, place)
        self.noted[place] = (change, value_of(new) or {})

    def _signatures(self, change: Change, told: Iterable[Line]) -> None:
        """A record is signed by a signature of this very record, made by the same act."""
        for item in told:
            if item[6] != "signature_id" or item[8] is None:
                continue
            place = (item[3], item[4])
            noted = self.noted.get(("core_signature", value_of(item[8])))
            if noted is None or noted[0] is not change or (noted[1].get("table_name"), noted[1].get("row_id")) != place:
                self._fault("it bears a signature that was not made for it", change, place)
            elif self._content(place) not in (None, noted[1].get("content_digest")):
                self._fault("what was signed is not what the record held then", change, place)

    def _content(self, place: Place) -> str | None:
        """The digest of what a signature stands for: answers, missing reasons and voids of a record and its rows.

        None where a value that was signed was masked since: it cannot be put together again.
        """
        if any(MASKED in self.rows[each].fields.values() for each in (place, *self.rows[place].children)):
            return None
        groups: dict[str, Values] = defaultdict(dict)
        for child in self.rows[place].children:
            groups[self.parents[child[0]][1]][str(self.rows[child].key)] = _answers(self.rows[child].fields)
        said = _answers(self.rows[place].fields)
        visit = self.rows.get(("core_visit", self.current.get(place, {}).get("visit_id") or 0))
        said |= {"visit": _answers(visit.fields)} if visit else {}
        return sha256(canonical(said | {"rows": groups} if groups else said))

    # How things stand now

    def _settle(self) -> None:
        """Every row is there, and as the chain left it; none is there of which the chain does not tell."""
        for place, row in self.rows.items():
            if place in self.current:
                self._stands(place, row, self.current[place])
            else:
                self._fault("the row is gone", place=place)
        for place, (change, carried) in self.noted.items():
            if place in self.current:
                self._carried(place, change, carried)
            else:
                self._fault("the row is gone", change, place)
        for place in self.current.keys() - self.rows.keys() - self.noted.keys():
            self._fault("no change record tells of this row", place=place)
        self._follow_steps()

    def _stands(self, place: Place, row: Row, current: Values) -> None:
        found = flat(current)
        if found != row.fields:
            self._fault(f"the row differs from its trail: {differing(found, row.fields)}", place=place)
        last = {name: value for name, value in (row.last or {}).items() if name not in HISTORY}
        if last and last != current:
            names = differing(last, current)
            self._fault(f"the row differs from the end of its history: {names}", place=place)

    def _carried(self, place: Place, change: Change, carried: Values) -> None:
        table, row_id = place
        stamp, moves = NOTED.get(table, ("", ()))
        row = self.current[place]
        found = {n: v for n, v in row.items() if v is not None and n not in NOT_CARRIED and n not in moves}
        names = [differing(found, carried)] if found != carried else []
        names += ["change_id"] if row["change_id"] != change.id else []
        names += [stamp] if stamp and row[stamp] != short(change.at) else []
        if names:
            self._fault(f"the row differs from its change record: {', '.join(names)}", change, (table, row_id))
        if row.get("masked"):
            self._is_masked(place, change, row)
        if table == "core_signature":
            self._signature(change, row)
        elif table == "core_storedfile":
            self._file(change, row)
        elif table == "core_maskdecision":
            asked = self.current.get(("core_maskrequest", row["request_id"]), {})
            if asked.get("actor_id") in (None, row["actor_id"]):
                self._fault("masking takes two people, and one decided alone", change, place)

    def _file(self, change: Change, row: Values) -> None:
        content = self.source.content(row["id"])
        if content is None or hashlib.sha256(content).hexdigest() != row["sha256"]:
            self._fault("the content of the file is not what was uploaded", change, ("core_storedfile", row["id"]))

    def _signature(self, change: Change, row: Values) -> None:
        said = [
            self.number, row["visit_name"], row["form_code"], row["record_key"], row["form_version"], row["table_name"],
            row["row_id"], row["meaning"], row["content_digest"], row["actor_id"], row["actor_name"], row["role"],
            full(row["at"]), row["utc_offset"],
        ]  # fmt: skip
        where = (change.visit_name, change.form_code, change.record_key)
        if sha256(SEP.join(map(str, said))) != row["digest"]:
            self._fault("the signature was altered or copied", change, ("core_signature", row["id"]))
        elif (row["visit_name"], row["form_code"], row["record_key"]) != where:
            self._fault("the signature is not of this record", change, ("core_signature", row["id"]))

    def _follow_steps(self) -> None:
        """A query stands as the last step of its thread left it, a freeze or lock likewise."""
        last: dict[Place, Values] = {}
        for table, (steps, column) in STEPS.items():
            found = [row for (t, _), row in self.current.items() if t == steps]
            for row in sorted(found, key=lambda row: int(row["id"])):
                last[table, row[column]] = row
        for (table, row_id), row in self.current.items():
            if table in STEPS:
                step = last.get((table, row_id), {})
                wrong = [name for name in NOTED[table][1] if step.get(name) != row[name]]
                if wrong:
                    words = f"it stands otherwise than its last step left it: {', '.join(wrong)}"
                    self._fault(words, place=(table, row_id))


def _masks(
    changes: Iterable[Change], told: Mapping[int, Iterable[Line]]
) -> dict[Place, tuple[int, dict[str, str | None]]]:
    """Every row a decision on masking names: the change that carries the decision, the columns, what stood there."""
    found: dict[Place, tuple[int, dict[str, str | None]]] = {}
    for change in changes:
        for item in told.get(change.id, ()) if change.kind == "MASK" else ():
            decision = value_of(item[8]) if item[3] == "core_maskdecision" and item[6] == WHOLE else None
            for table, row_id, column, *digest in (decision or {}).get("names") or ():
                known = found.get((table, row_id), (0, {}))[1]
                found[table, row_id] = (change.seq, known | {column: digest[0] if digest else None})
    return found


def _part(salt: str, text: str | None) -> str:
    """What stands for one value in an item's digest; empty where there is none."""
    return "" if text is None else hashlib.sha256(f"{salt}{SEP}{text}".encode()).hexdigest()


def _parts(salt: str, text: str | None, kept: Mapping[str, str | None]) -> str:
    """The same for a row carried whole: a part for each column, that of a masked one as the decision names it."""
    carried = value_of(text) or {}
    parts = (
        f"{name}={kept.get(f'new.{name}') or _part(salt + SEP + name, canonical(carried[name]))}"
        for name in sorted(carried)
    )
    return sha256(SEP.join(parts))


def _or(value: int | None) -> int | str:
    return "" if value is None else value


def _ordinal(number: str) -> int | None:
    digits = number.partition("-")[2]
    return int(digits) if digits.isdecimal() else None


def _answers(fields: Values) -> Values:
    """What was observed, without marks."""
    return {
        name: value
        for name, value in fields.items()
        if name not in ("form_version", "signature_id") and not name.startswith("verified.")
    }


def visit_name(visit: Values) -> str:
    """D28, UNS-2."""
    return f"{visit['code']}-{visit['ordinal']}" if visit["ordinal"] else str(visit["code"])


# --- All subjects -----------------------------------------------------------------------------------------------------


class Stream:
    """Lines ordered by subject, taken one subject at a time."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._next = next(lines, None)

    @property
    def subject(self) -> int | None:
        """Whose lines come next."""
        return self._next[0] if self._next is not None else None

    def take(self, subject: int) -> list[Line]:
        """The lines of this subject, if they are next."""
        found, line, lines = [], self._next, self._lines
        while line is not None and line[0] == subject:
            found.append(line)
            line = next(lines, None)
        self._next = line
        return found


def check_subjects(source: Source, sealed: Sealed, report: Report) -> None:
    """Every subject in turn; what belongs to none is a subject of its own, number 0."""
    names = ("changes", "items", "history", "rows", "heads")
    streams = {name: Stream(report.counted(source.lines(name))) for name in names}
    numbers = set()
    while upcoming := [stream.subject for stream in streams.values() if stream.subject is not None]:
        subject = min(upcoming)
        lines = {name: stream.take(subject) for name, stream in streams.items()}
        book = Casebook(subject, lines["rows"], report, source)
        changes = [Change._make(line) for line in lines["changes"]]
        head = lines["heads"][0] if lines["heads"] else None
        book.check(changes, lines["items"], lines["history"], head, sealed)
        numbers.add(book.number)
    for number in sorted(sealed.heads.keys() - numbers):
        report.add("the seals hold its chain, but the subject is gone", subject=number)


# --- What happened beside the data ------------------------------------------------------------------------------------


def check_events(source: Source, sealed: Sealed, report: Report) -> None:
    """The chain of events, and that accounts, sites and roles are as the last event about them told."""
    seq, digest, at, proven = 0, GENESIS, "", 0
    told: dict[Place, Values] = {}
    for line in report.counted(source.lines("events")):
        event = Event._make(line)
        _check_event(event, (seq, digest, at), report)
        if event.seq in sealed.events:
            known, number = sealed.events[event.seq]
            if known != event.digest:
                words = f"it is not the one of seal {number}: the chain was written anew after event {proven}"
                report.add(words, seq=event.seq, table="accounts_event")
            proven = event.seq
        _remember(event, told)
        seq, digest, at = event.seq, event.digest, event.at
    heads = [tuple(line) for line in source.lines("event_head")]
    if heads != ([(seq, digest, at)] if seq else []):
        report.add("the chain of events does not end where its head says it ends", table="accounts_event")
    if late := [last for last in sealed.events if last > seq]:
        words = f"it is gone, and seal {sealed.events[max(late)][1]} holds it: the chain now ends with event {seq}"
        report.add(words, seq=max(late), table="accounts_event")
    _check_accounts(source, told, report)


def _check_event(event: Event, before: tuple[int, str, str], report: Report) -> None:
    seq, digest, at = before
    said = (
        event.prev_digest, event.seq, event.at, event.kind, _or(event.actor_id), event.actor_name, event.role,
        _or(event.site_id), event.subject, event.what, event.detail or "", event.reason, event.request_id,
        event.address,
    )  # fmt: skip
    wrong = {
        f"it comes after event {seq}": event.seq != seq + 1,
        "it does not continue the one before it": event.prev_digest != digest,
        "it is not later than the one before it": event.at <= at,
        "it was altered": sha256(SEP.join(map(str, said))) != event.digest,
    }
    for words in (words for words, is_wrong in wrong.items() if is_wrong):
        report.add(f"{words} ({event.kind})", seq=event.seq, table="accounts_event")


def _remember(event: Event, told: dict[Place, Values]) -> None:
    """An event about an account, a site or a role carries the row as its history keeps it."""
    table = ACCOUNT_EVENTS.get(event.kind)
    detail = value_of(event.detail) if table else None
    if not table or not isinstance(detail, dict):
        return
    if "history_id" in detail:
        told[table, detail["id"]] = {name: value for name, value in detail.items() if name not in HISTORY}
        told[table.replace("_", "_historical"), detail["history_id"]] = detail
    elif table == "core_trailreview":
        told[table, detail["id"]] = detail


def _check_accounts(source: Source, told: dict[Place, Values], report: Report) -> None:
    """The system's own account comes with the installation, before any event."""
    systems = 0
    for table, text in report.counted(source.lines("accounts")):
        row = _parse(text)
        number = row.get("history_id", row["id"])
        last = told.pop((table, number), None)
        own = bool(row.get("is_system")) and not row["is_active"]
        systems += own and table == "accounts_user"
        if last is None and not own:
            report.add("no event tells of this row", table=table, row=number)
        elif last is not None and last != row:
            words = f"the row differs from the event about it: {differing(last, row)}"
            report.add(words, table=table, row=number)
    for table, row_id in told:
        report.add("the row is gone", table=table, row=row_id)
    if systems != 1:
        report.add(f"there are {systems} accounts of the system itself", table="accounts_user")


# --- The whole --------------------------------------------------------------------------------------------------------


def verify(source: Source, outside: Outside | None, keys: Iterable[Ed25519PublicKey], report: Report) -> Report:
    """Everything, in the order of the words at the top of this file."""
    with _without_collection():
        sealed = SealCheck(report, outside, keys).run(report.counted(source.lines("seals")))
        check_subjects(source, sealed, report)
        check_events(source, sealed, report)
    return report


@contextmanager
def _without_collection() -> Iterator[None]:
    """Nothing here refers to itself: Python need not look for what does, a tenth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class Export:
    """The files that `manage.py export_trail` wrote; the manifest says what each must be."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.folder, self.report = folder, report
        self.manifest = json.loads((folder / "manifest.json").read_bytes())

    def lines(self, name: str) -> Iterator[Line]:
        """The lines of one file, which must be the file that was exported."""
        path = self.folder / f"{name}.jsonl"
        digest, count = hashlib.sha256(), 0
        decode = json.JSONDecoder().decode
        with path.open("rb") as file:
            for line in file:
                digest.update(line)
                count += 1
                yield decode(line.decode())
        said = self.manifest["files"][path.name]
        if said != {"rows": count, "sha256": digest.hexdigest()}:
            self.report.add("the file is not the one that was exported", table=path.name)

    def content(self, pk: int) -> bytes | None:
        """A stored file."""
        try:
            return (self.folder / "files" / str(pk)).read_bytes()
        except FileNotFoundError:
            return None


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("export", type=Path, help="folder that manage.py export_trail wrote")
    parser.add_argument("--seals", type=Path, help="folder with the copies of the seals kept outside the database")
    parser.add_argument(
        "--some-seals", action="store_true", help="the folder holds only some seals, such as mailed ones"
    )
    parser.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        help="public key of the seals; else those in the folder of seals",
    )
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """0 where everything is whole, 1 where a fault was found, 2 where it could not be looked at."""
    asked, report = arguments(words), Report()
    try:
        outside = Outside.of(asked.seals, partial=asked.some_seals) if asked.seals else None
        keys = [load_key(path.read_bytes()) for path in asked.key] or (outside.keys() if outside else [])
        print(said_of_keys(keys, outside))
        verify(Export(asked.export, report), outside, keys, report)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This cannot be verified: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(report.text())
    return 1 if report.faults else 0


def said_of_keys(keys: Iterable[Ed25519PublicKey], outside: Outside | None) -> str:
    """What the answer rests on: compare it with what you know from elsewhere."""
    names = ", ".join(dict.fromkeys(key_id(key) for key in keys)) or "none"
    copies = f"copies in {outside.folder}" if outside else "no copies outside the database were given"
    return f"keys of the seals: {names}; {copies}"


if __name__ == "__main__":
    sys.exit(main())
