"""Rows that an act added, in words: questions and answers, signatures, freezes and locks, files, masking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.crf import read
from core.crf.rules import VISIT
from core.models import (
    ChangeItem,
    CrfRow,
    Hold,
    HoldStep,
    HoldVerb,
    Level,
    MaskDecision,
    MaskRequest,
    MaskTarget,
    Meaning,
    Query,
    QueryEvent,
    QueryState,
    Report,
    ReportKind,
    Side,
    Signature,
    StoredFile,
    Visit,
)
from core.wording.fields import item_of, row_title
from core.wording.people import Who, system
from core.wording.places import Where
from core.wording.sentences import Link, Sentence

TARGETS = {
    MaskTarget.VALUE: gettext_lazy("a former value of a text item"),
    MaskTarget.REASON: gettext_lazy("the reason of a change"),
    MaskTarget.QUERY: gettext_lazy("the text of a query"),
}


@dataclass(frozen=True)
class Referred:
    """What the rows of some change records refer to, by number."""

    queries: Mapping[int, Query] = field(default_factory=dict)
    signatures: Mapping[int, Signature] = field(default_factory=dict)
    holds: Mapping[int, Hold] = field(default_factory=dict)
    masks: Mapping[int, MaskRequest] = field(default_factory=dict)


def table(model: type[models.Model]) -> str:
    """The name under which the trail knows it."""
    return model._meta.db_table


def carried(item: ChangeItem) -> dict[str, Any]:
    """The row as its item carries it; empty where it was masked."""
    return item.new if isinstance(item.new, dict) else {}


def by_system(item: ChangeItem) -> bool:
    """Did the system add the row, in the course of a person's act?"""
    row = carried(item)
    return row.get("side") == Side.SYSTEM or row.get("role") == ""


def is_quiet(item: ChangeItem) -> bool:
    """Does another row of the same act say the same? The export has both, the pages only the other."""
    if item.table_name == table(QueryEvent):
        return carried(item).get("state") == QueryState.OPEN and not carried(item).get("text")
    return item.table_name == table(Hold) or is_document(item)


def is_document(item: ChangeItem) -> bool:
    """Is it the document of a report, which the report itself tells of? Nobody can upload a page."""
    return item.table_name == table(StoredFile) and str(carried(item).get("content_type")).startswith("text/html")


def referred(items: list[ChangeItem], signatures: set[int]) -> Referred:
    """At most a statement for each kind of thing that is referred to."""

    def numbers(model: type[models.Model], key: str) -> set[int]:
        return {carried(item)[key] for item in items if item.table_name == table(model) and key in carried(item)}

    def found(model: type[Any], wanted: set[int]) -> dict[int, Any]:
        return model._default_manager.in_bulk(wanted) if wanted else {}

    return Referred(
        found(Query, numbers(QueryEvent, "query_id")),
        found(Signature, signatures),
        found(Hold, numbers(HoldStep, "hold_id")),
        found(MaskRequest, numbers(MaskDecision, "request_id")),
    )


@dataclass(frozen=True)
class Noted:
    """A row with the act around it."""

    item: ChangeItem
    who: Who
    where: Where
    behind: Referred

    @property
    def row(self) -> dict[str, Any]:
        """What it says."""
        return carried(self.item)

    def say(self, pattern: str, **parts: object) -> Sentence:
        """A sentence about who did it, where."""
        return Sentence(pattern, {"who": self.who.full, "what": self.where.of_record()} | parts)


def tell(noted: Noted) -> Sentence:
    """A row that an act added, as a sentence without its full stop."""
    said = TELLERS.get(noted.item.table_name)
    found = said(noted) if said and noted.row else None
    if found:
        return found
    kinds = {table(model): model._meta.verbose_name for model in apps.get_models()}
    kind = kinds.get(noted.item.table_name, noted.item.table_name)
    return noted.say(_("%(who)s added an entry to %(what)s: %(kind)s"), kind=kind)


def about(where: Where, asked: Mapping[str, Any]) -> Sentence:
    """What a query is about: one item, or the whole of a form or visit."""
    place = Where(where.subject, asked["visit_name"], asked["form_code"], asked.get("record_key"))
    if not asked["field"]:
        return place.of_record()
    if asked["form_code"] == VISIT:
        item = item_of(table(Visit), asked["field"], None)
        return place.of_item(str(item.label) if item else asked["field"], place.url, inside=False)
    form = read.form(asked["form_code"])
    model: type[models.Model] = form.group(asked["group"]).model if asked.get("group") else form.model
    item = item_of(table(model), asked["field"], None)
    label = str(item.label) if item else str(asked["field"])
    if issubclass(model, CrfRow):
        row = row_title(model.rows.title, asked["row_key"])
        label = _("%(row)s: %(item)s") % {"row": row, "item": label}
    return place.of_item(label, place.url)


def _query(noted: Noted) -> Sentence:
    row = noted.row
    text = row["text_zh"] if (get_language() or "").startswith("zh") else row["text_en"]
    who = system(row["check_id"]) if row["side"] == Side.SYSTEM else noted.who.full
    pattern = _("%(who)s raised a query on %(what)s: “%(text)s”")
    return noted.say(pattern, who=who, what=about(noted.where, row), text=text)


def _step(noted: Noted) -> Sentence | None:
    query = noted.behind.queries.get(noted.row["query_id"])
    if query is None:
        return None
    is_system = noted.row["role"] == ""
    text = str(noted.row.get("text", ""))
    parts = {
        "who": system() if is_system else noted.who.full,
        "what": about(noted.where, vars(query)),
        "text": _(text) if is_system and text else text,
    }
    return Sentence(_what_was_done(noted.row), parts)


def _what_was_done(row: Mapping[str, Any]) -> str:
    if row["state"] == QueryState.ANSWERED and row.get("confirmed"):
        return _("%(who)s answered the query on %(what)s and confirmed the value: “%(text)s”")
    if not row.get("text"):
        closed = _("%(who)s closed the query on %(what)s")
        return closed if row["state"] == QueryState.CLOSED else _("%(who)s opened the query on %(what)s")
    done = {
        QueryState.OPEN: _("%(who)s reopened the query on %(what)s: “%(text)s”"),
        QueryState.ANSWERED: _("%(who)s answered the query on %(what)s: “%(text)s”"),
        QueryState.CLOSED: _("%(who)s closed the query on %(what)s: “%(text)s”"),
        QueryState.CANCELLED: _("%(who)s cancelled the query on %(what)s: “%(text)s”"),
    }
    return done[QueryState(row["state"])]


def _signature(noted: Noted) -> Sentence:
    meaning = dict(Meaning.choices).get(noted.row["meaning"], noted.row["meaning"])
    return noted.say(_("%(who)s signed %(what)s: “%(meaning)s”"), meaning=meaning)


def _file(noted: Noted) -> Sentence:
    file = Link(str(noted.row.get("name", "")), reverse("file-detail", args=[noted.item.row_id]))
    return noted.say(
        _("%(who)s uploaded the file %(file)s (SHA-256 %(sha)s) to %(what)s"),
        file=file,
        sha=noted.row.get("sha256", ""),
    )


def _hold(noted: Noted) -> Sentence:
    return noted.say(
        _("%(who)s put %(what)s on the list of what may be frozen or locked"), what=_held(noted, noted.row)
    )


def _hold_step(noted: Noted) -> Sentence | None:
    hold = noted.behind.holds.get(noted.row["hold_id"])
    done = {
        HoldVerb.FREEZE: _("%(who)s froze %(what)s"),
        HoldVerb.UNFREEZE: _("%(who)s released %(what)s from its freeze"),
        HoldVerb.LOCK: _("%(who)s locked %(what)s"),
        HoldVerb.ASK: _("%(who)s asked to unlock %(what)s"),
        HoldVerb.UNLOCK: _("%(who)s unlocked %(what)s"),
        HoldVerb.REFUSE: _("%(who)s refused to unlock %(what)s"),
    }
    return noted.say(done[HoldVerb(noted.row["verb"])], what=_held(noted, vars(hold))) if hold else None


def _held(noted: Noted, hold: Mapping[str, Any]) -> Sentence:
    subject = noted.where.subject
    if hold["level"] == Level.SITE:
        return Sentence(
            _("site %(site)s, %(subject)s with it"), {"site": noted.who.site.code, "subject": subject.number}
        )
    if hold["level"] == Level.STUDY:
        return Sentence(_("the study, %(subject)s with it"), {"subject": subject.number})
    return Where(subject, hold["visit_name"], hold["form_code"], hold["record_key"] or None).of_record()


def _mask_request(noted: Noted) -> Sentence:
    pattern = _("%(who)s asked that %(target)s of %(what)s be masked as personal data")
    return noted.say(pattern, target=TARGETS[MaskTarget(noted.row["target"])])


def _mask_decision(noted: Noted) -> Sentence | None:
    request = noted.behind.masks.get(noted.row["request_id"])
    granted = _("%(who)s masked %(target)s of %(what)s as personal data")
    refused = _("%(who)s refused to mask %(target)s of %(what)s")
    pattern = granted if noted.row["granted"] else refused
    return noted.say(pattern, target=TARGETS[MaskTarget(request.target)]) if request else None


def _report(noted: Noted) -> Sentence:
    row = noted.row
    file = Link(str(ReportKind(row["kind"]).label), reverse("file-detail", args=[row["file_id"]]))
    pattern = _("%(who)s froze version %(version)s of the reports of %(what)s: %(file)s (SHA-256 %(sha)s)")
    return noted.say(pattern, version=row["version"], file=file, sha=row["sha256"])


TELLERS: dict[str, Callable[[Noted], Sentence | None]] = {
    table(Query): _query,
    table(QueryEvent): _step,
    table(Signature): _signature,
    table(StoredFile): _file,
    table(Report): _report,
    table(Hold): _hold,
    table(HoldStep): _hold_step,
    table(MaskRequest): _mask_request,
    table(MaskDecision): _mask_decision,
}
