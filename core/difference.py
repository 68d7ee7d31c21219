"""What of a subject differs between two moments, told by the items of the changes between them: nothing is hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core import schedule
from core.asof import known_until
from core.crf import read
from core.crf.rules import VISIT
from core.models import WHOLE, Change, ChangeItem, Crf, HoldState, HoldStep, QueryEvent, Signature, Subject
from core.models.crf import Declared
from core.moment import BadMoment, Moment, instant, not_ahead
from core.places import LOG
from core.standing import SIGNATURE, VERIFIED

Key = tuple[str, str, int]  # visit name, form code, number of the record; what a visit or the subject has not is empty


@dataclass
class Run:
    """All that happened to one field of one row between the two moments, oldest first."""

    items: list[ChangeItem] = field(default_factory=list)

    @property
    def first(self) -> ChangeItem:
        """Its old value is what stood at the first moment."""
        return self.items[0]

    @property
    def last(self) -> ChangeItem:
        """Its new value is what stood at the second moment."""
        return self.items[-1]

    @property
    def change(self) -> Change:
        """The last change: who and when."""
        return self.last.change

    @property
    def n(self) -> int:
        """How often it changed."""
        return len(self.items)

    @property
    def is_back(self) -> bool:
        """It changed and is what it was."""
        return bool(self.first.old == self.last.new)


@dataclass
class Thread:
    """What happened to one query or one hold between the two moments: the state before, and its steps."""

    before: str
    steps: list[Any] = field(default_factory=list)

    @property
    def after(self) -> str:
        """The state at the second moment."""
        return str(self.steps[-1].state)


@dataclass
class Differing:
    """One record, one visit or the subject itself: what of it differs."""

    key: Key
    values: list[Run] = field(default_factory=list)
    marks: list[Run] = field(default_factory=list)
    signature: Run | None = None
    queries: list[Thread] = field(default_factory=list)
    is_new: bool = False
    is_void: bool = False
    version: int | None = None

    @property
    def ref(self) -> str:
        """How an address names it: `D28.VS.1`."""
        return ".".join(map(str, self.key))

    @property
    def size(self) -> int:
        """How many lines it makes."""
        return len(self.values) + len(self.marks) + len(self.queries)


@dataclass(frozen=True)
class Span:
    """A subject between two moments."""

    subject: Subject
    since: Moment
    until: Moment


@dataclass(frozen=True)
class Difference:
    """All that differs, in the order of the casebook; and the signatures that were given or let go, by number."""

    places: list[Differing]
    holds: list[Thread]
    signatures: Mapping[int, Signature]

    @property
    def size(self) -> int:
        """How many lines it makes."""
        return sum(place.size for place in self.places)

    def only(self, places: list[Differing]) -> Difference:
        """The same of some places."""
        return replace(self, places=places)


def span(subject: Subject, since: str, until: str) -> Span:
    """The two moments as written; without the second one it is now. One statement. Raises BadMoment."""
    found = Subject.objects.filter(pk=subject.pk).annotate(now=known_until("pk"), since=instant(since))
    told = found.annotate(until=instant(until) if until else F("now")).values("now", "since", "until").get()
    clock = subject.site.clock
    for name in ("since", "until"):
        not_ahead(told[name], told["now"], clock)
    if told["since"] > told["until"]:
        raise BadMoment(_("The first moment lies after the second. Exchange them."))
    return Span(subject, Moment(told["since"], clock), Moment(told["until"], clock))


def between(over: Span) -> Difference:
    """What differs. Four statements at most, however much there is."""
    places: dict[Key, Differing] = {}
    for run in _runs(_items(over)):
        _sort_in(_place(places, _key_of(run.first)), run)
    for key, thread in _threads(over):
        _place(places, key).queries.append(thread)
    order = casebook_order(over.subject)
    ordered = [places[key] for key in sorted(places, key=order)]
    return Difference(ordered, list(_holds(over)), _signatures(ordered))


def _place(places: dict[Key, Differing], key: Key) -> Differing:
    return places.setdefault(key, Differing(key))


def _items(over: Span) -> QuerySet[ChangeItem]:
    between = {"change__at__gt": over.since.at, "change__at__lte": over.until.at}
    items = ChangeItem.objects.filter(change__subject=over.subject, **between).exclude(field=WHOLE)
    return items.select_related("change").order_by("change__seq", "id")


def _runs(items: Iterable[ChangeItem]) -> Iterable[Run]:
    runs: dict[tuple[str, int, str], Run] = defaultdict(Run)
    for item in items:
        runs[item.table_name, item.row_id, item.field].items.append(item)
    return runs.values()


def _key_of(item: ChangeItem) -> Key:
    """Where the row is: an act on a form may also date its visit, and fix a milestone of the subject."""
    model, change = read.model_of(item.table_name), item.change
    if issubclass(model, Declared):
        return change.visit_name, change.form_code, change.record_key or 1
    return "" if model is Subject else change.visit_name, "", 0


def _sort_in(place: Differing, run: Run) -> None:
    name, model = run.first.field, read.model_of(run.first.table_name)
    place.version = place.version or run.change.form_version
    if name.startswith(VERIFIED):
        place.marks.append(run)
    elif name == SIGNATURE:
        place.signature = run
    elif name == "form_version" and run.first.old is None:
        place.is_new = True
    elif name == "voided" and issubclass(model, Crf):
        place.is_void = bool(run.last.new)
    else:
        place.values.append(run)


def _threads(over: Span) -> Iterator[tuple[Key, Thread]]:
    """The queries that took a step, each with the state before it; empty where it was raised in between."""
    earlier = QueryEvent.objects.filter(query=OuterRef("query"), id__lt=OuterRef("id")).order_by("-id")
    steps = QueryEvent.objects.filter(query__subject=over.subject, at__gt=over.since.at, at__lte=over.until.at)
    steps = steps.annotate(before=Subquery(earlier.values("state")[:1])).select_related("query").order_by("id")
    found: dict[int, Thread] = {}
    for step in steps:
        found.setdefault(step.query_id, Thread(step.before or "")).steps.append(step)
    for thread in found.values():
        query = thread.steps[0].query
        about_visit = query.form_code == VISIT
        yield (query.visit_name, *(("", 0) if about_visit else (query.form_code, query.record_key))), thread


def _holds(over: Span) -> Iterable[Thread]:
    earlier = HoldStep.objects.filter(hold=OuterRef("hold"), id__lt=OuterRef("id")).order_by("-id")
    steps = HoldStep.objects.filter(hold__subject=over.subject, at__gt=over.since.at, at__lte=over.until.at)
    steps = steps.annotate(before=Subquery(earlier.values("state")[:1])).select_related("hold").order_by("id")
    found: dict[int, Thread] = {}
    for step in steps:
        found.setdefault(step.hold_id, Thread(step.before or HoldState.FREE)).steps.append(step)
    return found.values()


def _signatures(places: Iterable[Differing]) -> Mapping[int, Signature]:
    runs = [place.signature for place in places if place.signature]
    numbers = {number for run in runs for item in run.items for number in (item.old, item.new) if number}
    return Signature.objects.in_bulk(numbers) if numbers else {}


def casebook_order(subject: Subject) -> Callable[[Key], tuple[int, int, int, int]]:
    """The subject, then the visits of the schedule with their forms, logs last."""
    visits = [plan.code for plan in schedule.current().for_version(subject.protocol_version)]
    codes = list(read.form_models())

    def place(key: Key) -> tuple[int, int, int, int]:
        name, form, number = key
        code, _dash, ordinal = name.partition("-")
        visit = len(visits) if name == LOG else visits.index(code) + 1 if code in visits else 0
        return visit, int(ordinal or 0), codes.index(form) if form in codes else -1, number

    return place
