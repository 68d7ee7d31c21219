"""What may be frozen or locked, and how it is held now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import Site
from core.models import Hold, HoldState, HoldStep, Level, Subject
from core.places import Place, VisitPlace

ORDER = (HoldState.LOCKED, HoldState.FROZEN, HoldState.FREE)  # the strictest first


@dataclass(frozen=True)
class Target:
    """A form, a visit, a subject, a site or the study. Site and study are held subject by subject, all at once."""

    level: Level
    subject: Subject | None = None
    site: Site | None = None
    visit_name: str = ""
    form_code: str = ""
    record_key: int = 0

    @classmethod
    def of_form(cls, place: Place) -> Target:
        """One record."""
        return cls(Level.FORM, place.subject, None, place.at.name, place.form.code, place.key)

    @classmethod
    def of_visit(cls, at: VisitPlace) -> Target:
        """A visit with its forms; all lines of all logs for `LOG`."""
        return cls(Level.VISIT, at.subject, None, at.name)

    @classmethod
    def of_subject(cls, subject: Subject) -> Target:
        """The whole casebook of a subject."""
        return cls(Level.SUBJECT, subject)

    @classmethod
    def of_site(cls, site: Site) -> Target:
        """Every subject of a site."""
        return cls(Level.SITE, site=site)

    @classmethod
    def of_study(cls) -> Target:
        """Every subject there is."""
        return cls(Level.STUDY)

    @classmethod
    def of_hold(cls, hold: Hold, subject: Subject) -> Target:
        """What a hold on this subject holds; site loaded."""
        if hold.level == Level.STUDY:
            return cls.of_study()
        if hold.level == Level.SITE:
            return cls.of_site(hold.site)
        return cls(Level(hold.level), subject, None, hold.visit_name, hold.form_code, hold.record_key)

    @property
    def is_wide(self) -> bool:
        """Does it hold more than one subject?"""
        return self.subject is None

    @property
    def place(self) -> dict[str, Any]:
        """What its holds are found by, within one subject."""
        named = {"visit_name": self.visit_name, "form_code": self.form_code, "record_key": self.record_key}
        return {"level": self.level, **named}

    def subjects(self) -> QuerySet[Subject]:
        """Whom it concerns, in the order in which chains are locked."""
        found = Subject.objects.select_related("site").order_by("pk")
        return found.filter(self.among())

    def among(self, to_subject: str = "") -> Q:
        """The subjects as a condition on a table that reaches them by `to_subject`."""
        if self.subject is not None:
            return Q(**{f"{to_subject}pk": self.subject.pk})
        return Q(**{f"{to_subject}site": self.site}) if self.site else Q()

    def named(self) -> Q:
        """The place as a condition on a table that names visit, form and record."""
        names = {"visit_name": self.visit_name, "form_code": self.form_code, "record_key": self.record_key}
        return Q(**{name: value for name, value in names.items() if value})

    def covers(self, visit_name: str, form_code: str = "", record_key: int = 0) -> bool:
        """Does a record of one of its subjects belong to it?"""
        asked = ((self.visit_name, visit_name), (self.form_code, form_code), (self.record_key, record_key))
        return all(not mine or mine == theirs for mine, theirs in asked)

    def holds(self) -> QuerySet[Hold]:
        """Its own holds, one for each subject; neither wider nor narrower ones."""
        return Hold.objects.filter(self.among("subject__"), **self.place)

    def url(self, name: str = "hold-page") -> str:
        """One of its addresses."""
        keys: Mapping[str, Any] = {"visit": self.visit_name, "form": self.form_code, "key": self.record_key}
        asked = urlencode({key: value for key, value in keys.items() if value})
        return reverse(name, kwargs=self._address()) + (f"?{asked}" if asked else "")

    def _address(self) -> dict[str, str]:
        if self.subject is not None:
            return {"number": self.subject.number}
        return {"code": self.site.code} if self.site else {}


@dataclass(frozen=True)
class Standing:
    """How a target is held now: the strictest state of its subjects, whether unlocking is asked for and by whom.

    `step`: the number of its last step, which a page shows and an act compares; 0 where it was never held.
    """

    holds: Mapping[int, Hold]
    state: HoldState = HoldState.FREE
    asked: bool = False
    asked_by: frozenset[int] = frozenset()
    step: int = 0


def standing(target: Target) -> Standing:
    """As it is now. One statement."""
    last = HoldStep.objects.filter(hold=OuterRef("pk")).order_by("-id")
    holds = list(
        target.holds().annotate(step=Subquery(last.values("id")[:1]), last_by=Subquery(last.values("actor_id")[:1]))
    )
    if not holds:
        return Standing({})
    asked = [hold for hold in holds if hold.asked]
    return Standing(
        holds={hold.subject_id: hold for hold in holds},
        state=min((HoldState(hold.state) for hold in holds), key=ORDER.index),
        asked=bool(asked),
        asked_by=frozenset(hold.last_by for hold in asked),
        step=max(hold.step for hold in holds),
    )
