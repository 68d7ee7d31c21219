"""In words: what differs between two moments, and how queries, verification, signatures and holds stood at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Site
from core.crf import read
from core.difference import Difference, Differing, Run, Span, Thread
from core.models import CrfRow, Hold, HoldState, Level, QueryState, Signature, Subject
from core.standing import VERIFIED
from core.wording.fields import MISSING, VOIDED, Field, Value, table_title
from core.wording.people import Who, system
from core.wording.places import Where
from core.wording.threads import item_about
from core.wording.trail import Behind, look_behind


@dataclass(frozen=True)
class Line:
    """One item: what it said at the first moment and at the second, who changed it last, and how often it changed."""

    what: str
    then: Value | None
    now: Value | None
    by: str
    by_system: bool
    at: datetime
    reason: str
    often: str
    is_back: bool
    history_url: str


@dataclass(frozen=True)
class Section:
    """A record, a visit or the subject: what of it differs."""

    where: Where
    title: str
    lines: list[Line]
    events: list[str]
    is_new: bool
    is_void: bool

    @property
    def history_url(self) -> str:
        """The record's history."""
        return self.where.history_url


def tell(found: Difference, over: Span) -> list[Section]:
    """All places in words, in their order. At most two statements."""
    behind = look_behind([item for place in found.places for run in place.values for item in run.items])
    sections = [_section(place, over, behind, found.signatures) for place in found.places]
    return [section for section in sections if section.lines or section.events or section.is_new or section.is_void]


def _section(place: Differing, over: Span, behind: Behind, signatures: Mapping[int, Signature]) -> Section:
    visit_name, form_code, key = place.key
    where = Where(over.subject, visit_name, form_code, key or None, place.version)
    title = _title(where)
    events = [*_verified(place.marks), *_signed(place.signature, signatures), *map(_asked, place.queries)]
    lines = [_line(run, where, behind, over.subject.site) for run in place.values]
    return Section(where, title, lines, events, place.is_new, place.is_void)


def _title(where: Where) -> str:
    """Visit and form, as far as there are; the line of a log; the subject."""
    return " · ".join(part for part in (where.visit, where.form if where.form_code or not where.visit else "") if part)


def brief(found: Difference, subject: Subject) -> list[tuple[str, str, int]]:
    """Of a long difference the places alone: title, name in the address, how many lines."""
    named = [(each, Where(subject, *each.key[:2], each.key[2] or None, each.version)) for each in found.places]
    return [(_title(where), each.ref, each.size) for each, where in named]


def _line(run: Run, where: Where, behind: Behind, site: Site) -> Line:
    item, version = run.last, where.form_version
    field, row = Field(item.table_name, item.field, version), behind.row(item, version)
    label = _("%(row)s: %(item)s") % {"row": row, "item": field.label} if row else field.label
    who = Who.of(run.change, site)
    return Line(
        what=label,
        then=field.say(run.first.old, behind.files),
        now=field.say(item.new, behind.files),
        by=system(item.system_rule) if item.system_rule else who.label,
        by_system=bool(item.system_rule) or who.is_system,
        at=run.change.at,
        reason=run.change.reason,
        often=_often(run),
        is_back=run.is_back,
        history_url=_history_of(run, where),
    )


def _often(run: Run) -> str:
    """How often it changed; a way there and back is said to be one."""
    if run.is_back:
        return ngettext("changed %(n)s time, and back", "changed %(n)s times, and back", run.n) % {"n": run.n}
    return ngettext("changed %(n)s time", "changed %(n)s times", run.n) % {"n": run.n}


def _history_of(run: Run, where: Where) -> str:
    """The page of the item's history; empty for what is no item of the form."""
    item = run.last
    model, name = read.model_of(item.table_name), item.field.removeprefix(MISSING)
    if not where.is_form or name == VOIDED or table_title(item.table_name):
        return ""
    row = f"?row={model.rows.name}-{item.row_key}" if issubclass(model, CrfRow) else ""
    return f"{where.history_url}{name}/{row}"


def _verified(marks: Iterable[Run]) -> Iterator[str]:
    """Which marks of verification came, went, or both."""
    sorts: dict[str, list[str]] = {"gained": [], "lost": [], "both": []}
    for run in marks:
        item = run.last
        label = Field(item.table_name, item.field.removeprefix(VERIFIED), item.change.form_version).label
        name = f"{label} ({item.row_key})" if issubclass(read.model_of(item.table_name), CrfRow) else label
        sorts["both" if run.is_back else "gained" if item.new else "lost"].append(name)
    said = {
        "gained": _("Verified against source: %(items)s"),
        "lost": _("No longer verified: %(items)s"),
        "both": _("Verification came and went, and stands as it stood: %(items)s"),
    }
    return (said[sort] % {"items": ", ".join(names)} for sort, names in sorts.items() if names)


def _signed(run: Run | None, signatures: Mapping[int, Signature]) -> Iterator[str]:
    """Each signature that was given and each that no longer stands, in their order."""
    for item in run.items if run else ():
        for number, words in (
            (item.old, _("No longer stands: the signature of %(who)s")),
            (item.new, _("Signed by %(who)s")),
        ):
            signature = signatures.get(number) if number else None
            if signature:
                yield words % {"who": signature.actor_name}


def _asked(thread: Thread) -> str:
    """What became of a query."""
    query = thread.steps[0].query
    item = item_about(query)
    said = {
        "about": item.label if item else _("all of it"),
        "text": query.text,
        "before": _state(thread.before),
        "after": _state(thread.after),
        "n": len(thread.steps),
    }
    if not thread.before:
        return _("Query raised about %(about)s, then %(after)s: %(text)s") % said
    if thread.before == thread.after:
        return _("Query about %(about)s, %(n)s steps and still %(after)s: %(text)s") % said
    return _("Query about %(about)s, %(before)s before, then %(after)s: %(text)s") % said


def _state(state: str) -> str:
    return str(QueryState(state).label).lower() if state else ""


def holds(found: Sequence[Thread], subject: Subject) -> list[str]:
    """What was frozen, locked or set free."""
    return [_held(thread, subject) for thread in found]


def _held(thread: Thread, subject: Subject) -> str:
    said = {
        "what": held_what(thread.steps[0].hold, subject),
        "before": HoldState(thread.before).label,
        "after": HoldState(thread.after).label,
        "n": len(thread.steps),
    }
    if thread.before == thread.after:
        return _("%(what)s: %(n)s steps and still: %(after)s") % said
    return _("%(what)s: %(before)s before, then: %(after)s") % said


def held_what(hold: Hold, subject: Subject) -> str:
    """What a freeze or lock is about."""
    if hold.level not in (Level.VISIT, Level.FORM):
        return str(Level(hold.level).label)
    return _title(Where(subject, hold.visit_name, hold.form_code, hold.record_key or None))
