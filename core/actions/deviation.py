"""A rule found a protocol deviation: the system raises the record of it, for the site to complete."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Max

from accounts.actor import system_actor
from core.actions import status, trail
from core.actions.trail import Act, Touched, Where
from core.crf import read
from core.crf.rules import RULES
from core.crf.values import PartialDate
from core.models import ChangeKind, HoldState, Query, QueryKind
from core.places import LOG


def raise_for(act: Act, opened: Iterable[Query]) -> None:
    """One line in the deviation log for each deviation just found, where the log is open; the query always stands."""
    form = settings.DEVIATION_FORM
    for query in opened:
        if query.kind == QueryKind.DEVIATION and act.held.state(LOG, form) == HoldState.FREE:
            _raise(trail.again(act, by=system_actor(), role="", reason=""), query)


def _raise(act: Act, query: Query) -> None:
    form = read.form(settings.DEVIATION_FORM)
    last = form.model.objects.filter(subject=act.subject, visit=None).aggregate(n=Max("key"))["n"]
    stamps = {"entered_at": act.at, "entered_by": act.by.user, "changed_at": act.at, "changed_by": act.by.user}
    place = {"subject": act.subject, "key": (last or 0) + 1, "form_version": form.version}
    record = form.model(**place, **stamps, **_answers(act, query))
    touched = Touched(record, authors=dict.fromkeys(_answers(act, query), query.check_id))
    where = Where(LOG, form.code, record.key, form.version)
    trail.write(act, [touched], kind=ChangeKind.CREATE, where=where)
    status.refresh(form, record, {}, seq=act.head.seq)


def _answers(act: Act, query: Query) -> dict[str, object]:
    """What is known of it: the rule's words in both languages, where it was found, and on which day."""
    today = act.at.astimezone(act.subject.site.clock).date()
    return category_of(query) | {
        "dvterm": f"{query.text_zh} / {query.text_en}",
        "dvsource": "RULE",
        "dvrule": query.check_id,
        "dvplace": f"{query.visit_name}/{query.form_code}/{query.record_key}",
        "dvfounddtc": PartialDate(today.year, today.month, today.day),
    }


def category_of(query: Query) -> dict[str, object]:
    """What the deviation concerns, where its rule says so."""
    category = RULES[query.check_id].category
    return {"dvcat": category} if category else {}
