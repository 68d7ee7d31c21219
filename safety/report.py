"""What a report of a serious event says: subject code, the event in both logs, its medicines, stays and death.

Never a name. The content is kept as data beside the document, so that the next version can say what is new in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.actions.report import Document, Frame
from core.crf import read
from core.crf.display import show
from core.crf.items import MISSING_REASONS, Item
from core.crf.provenance import own
from core.crf.snapshot import LANGUAGES, both
from core.models import Crf, CrfRow, Report, ReportKind, Subject
from core.reconcile import Casebook
from core.reconciled import casebooks
from safety import clocks
from safety.reconciliation import given_for

Words = dict[str, str]
MILESTONES = (
    ("consent_on", _("Informed consent")),
    ("leukapheresis_on", _("Leukapheresis")),
    ("lymphodepletion_on", _("First lymphodepletion dose")),
    ("infusion_on", _("CAR-T infusion")),
    ("second_infusion_on", _("Second CAR-T infusion")),
)


def compose(frame: Frame) -> Document:
    """The report of a serious event as it stands."""
    record: Any = frame.record
    said = {"head": _head(frame), "sections": sections(record.subject, record)}
    html = render_to_string("safety/report_document.html", {"said": said})
    name = f"{record.subject.number}-SAE{record.key}-v{frame.version}.html"
    return Document(said, html.encode(), name, due=due(record, frame.kind))


def due(record: Any, kind: ReportKind) -> str:
    """Until when a version is to be sent: a moment, a day, or empty where no clock runs.

    The initial one goes to the sponsor; a later one by the clock of a SUSAR that ends first of those that still run.
    """
    if kind == ReportKind.INITIAL:
        return record.saedue.isoformat(timespec="minutes") if record.saedue else ""
    clocks_of = (
        (record.saesusdue, record.saesussnt),
        (record.saeupgdue, record.saeupgsnt),
        (record.saefudue, record.saefusnt),
    )
    days = [day for day, sent in clocks_of if day is not None and sent is None]
    return min(days).isoformat() if days else ""


def is_late(report: Report) -> bool | None:
    """Was the version frozen after its time? None where no clock ran. To the second, unlike a time that is typed."""
    if not report.due:
        return None
    if "T" in report.due:
        return clocks.is_late(report.at, datetime.fromisoformat(report.due))
    return clocks.is_day_late(report.at, date.fromisoformat(report.due))


def sections(subject: Subject, record: Any) -> list[dict[str, Any]]:
    """Subject, report, event, medicines, stays, death: each with the items that have an answer."""
    ((_subject, casebook),) = casebooks([subject])
    found = [_of_subject(subject), _of_record(record, ())]
    for code, line in related(casebook, record):
        rows = [row for group in (line.group_rows or {}).values() for row in group if not row.voided]
        found.append(_of_record(line, rows, code))
    return found


def related(casebook: Casebook, record: Any) -> Iterator[tuple[str, Any]]:
    """The adverse event of a report, and the lines of other logs that belong to that."""
    event = casebook.line("AE", record.saeaeno)
    if event is None:
        return
    yield "AE", event
    named = {row.aecmno for row in casebook.rows(event, "treatments")}
    for line in casebook.lines("CM"):
        if line.key in named or event.key in given_for(line):
            yield "CM", line
    yield from (("HO", stay) for stay in casebook.lines("HO") if stay.hoaeno == event.key)
    yield from (("DTH", death) for death in casebook.lines("DTH") if death.dthaeno == event.key)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[Words, Words, Words, Words]]:
    """What a version says that the one before did not, or said otherwise: section, item, before, now."""
    old, new = _flat(before), _flat(now)
    empty = dict.fromkeys(LANGUAGES, "")
    found = []
    for place in [*new, *(place for place in old if place not in new)]:
        former, present = old.get(place), new.get(place)
        if (former or {}).get("value") != (present or {}).get("value"):
            named = present or former or {}
            values = ((former or {}).get("value", empty), (present or {}).get("value", empty))
            found.append((named["section"], named["label"], *values))
    return found


def content_now(record: Any) -> dict[str, Any]:
    """What a report frozen now would say, without its head."""
    return {"sections": sections(record.subject, record)}


def _flat(said: Mapping[str, Any]) -> dict[tuple[str, int, str], dict[str, Words]]:
    return {
        (section["form"], section["line"], item["name"]): {"section": section["title"], **item}
        for section in said["sections"]
        for item in section["items"]
    }


def _head(frame: Frame) -> dict[str, Any]:
    record: Any = frame.record
    site = record.subject.site
    at = timezone.localtime(frame.at, site.clock)
    told = (
        ("subject", _("Subject"), record.subject.number),
        ("site", _("Site"), site.code),
        ("line", _("Line of the SAE log"), record.key),
        ("version", _("Version"), frame.version),
        ("frozen", _("Frozen at"), f"{at:%Y-%m-%d %H:%M:%S} {at.isoformat()[-6:]}"),
        ("by", _("Frozen by"), f"{frame.actor_name} ({frame.role})"),
        ("text", _("Note"), frame.text),
    )
    items = [_item(name, label, str(value)) for name, label, value in told if value]
    title, kind = both(read.form(record.crf.code).title), both(ReportKind(frame.kind).label)
    return {"title": {lang: f"{title[lang]} · {kind[lang]}" for lang in LANGUAGES}, "items": items}


def _of_subject(subject: Subject) -> dict[str, Any]:
    days = [_item(name, label, str(on)) for name, label in MILESTONES if isinstance(on := getattr(subject, name), date)]
    items = [_item("number", _("Subject code"), subject.number), *days]
    return {"form": "", "line": 0, "title": both(_("Subject")), "items": items}


def _of_record(record: Crf, rows: Sequence[CrfRow], code: str = "SAE") -> dict[str, Any]:
    form = read.form(code, record.form_version)
    items = list(_items(record, own(form.items)))
    for row in rows:
        group = next(each for each in form.rows if isinstance(row, each.model))
        for item in _items(row, own(group.items)):
            label = {lang: f"{both(group.label)[lang]} {row.key}: {words}" for lang, words in item["label"].items()}
            items.append(item | {"name": f"{group.name}.{row.key}.{item['name']}", "label": label})
    return {"form": code, "line": record.key, "title": both(form.title), "items": items}


def _items(row: Any, items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    for item in items:
        value, missing = getattr(row, item.name), row.missing.get(item.name)
        if value is not None or missing:
            told = {lang: _told(item, value, missing, code) for lang, code in LANGUAGES.items()}
            yield {"name": item.name, "label": both(item.label), "value": told}


def _told(item: Item, value: Any, missing: str | None, language: str) -> str:
    with override(language):
        return show(item, value) if value is not None else str(MISSING_REASONS.get(missing or "", missing))


def _item(name: str, label: Any, value: str) -> dict[str, Any]:
    return {"name": name, "label": both(label), "value": dict.fromkeys(LANGUAGES, value)}
