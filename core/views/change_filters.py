"""What a reader narrows the change list by, each condition both as marks of the trail's index and as an exact one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import EventKind, Membership, Role, User
from accounts.permissions import Permission
from core import schedule, trail_search
from core.crf import read
from core.crf.inputs import TextValue, parse_day
from core.listing import ANY, Filters
from core.models import ChangeItem, ChangeKind, Subject
from core.trail_search import Search
from core.views.change_conditions import by_system, has_words, lines_of, named, words_of
from core.wording.fields import VOIDED

CHANGES, EVENTS = "CHANGES", "EVENTS"
MANY = 30  # so many items of one name are not looked for at once
ONLY_DATA = ("visit", "form", "item", "after_verification", "after_signature", "because")


class ChangeFilters(Filters):
    """By place, person, day, item, reason and what was done."""

    visit = forms.ChoiceField(label=gettext_lazy("Visit"), required=False)
    form = forms.ChoiceField(label=gettext_lazy("Form"), required=False)
    item = forms.CharField(label=gettext_lazy("Item"), required=False, max_length=100)
    person: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        None, label=gettext_lazy("Person"), required=False, empty_label=ANY
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    since = TextValue(parse_day, label=gettext_lazy("From day"), required=False)
    until = TextValue(parse_day, label=gettext_lazy("To day"), required=False)
    reason = forms.CharField(label=gettext_lazy("Words of the reason"), required=False, max_length=200)
    after_verification = forms.BooleanField(label=gettext_lazy("After verification"), required=False)
    after_signature = forms.BooleanField(label=gettext_lazy("After signature"), required=False)
    because = forms.BooleanField(label=gettext_lazy("Because of a query"), required=False)

    def __init__(self, actor: Actor, data: Any) -> None:
        super().__init__(actor, Permission.VIEW_TRAIL, data)
        self.offer("person", people(actor))
        self.offer("visit", {visit.code: visit.label for visit in schedule.current().visits}.items())
        self.offer("form", [(form.code, form.title) for form in read.forms()])
        self.offer("role", Role.choices)
        changes = [(CHANGES, _("all changes")), *ChangeKind.choices]
        self.offer("kind", [(_("Changes"), changes), (_("Events"), [(EVENTS, _("all events")), *EventKind.choices])])
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = "YYYY-MM-DD"
        for field in self.fields.values():
            if isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "form-check-input"

    @property
    def known(self) -> Q:
        """Also those that went to another site: the former one keeps its own part of their trail."""
        return super().known | Q(changes__site__in=self.sites)

    def clean_reason(self) -> tuple[str, ...]:
        """The words as the index has them."""
        typed = self.cleaned_data["reason"]
        found = words_of(typed) if typed else ()
        if typed and not found:
            raise forms.ValidationError(_("These words are in every reason or in none. Type one that says more."))
        return found

    def clean(self) -> dict[str, Any]:
        """The days in order, and the items of that name, of the form where one is chosen."""
        asked = self.cleaned_data
        since, until = asked.get("since"), asked.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        asked["named"] = list(named(asked["item"], asked.get("form", ""))) if asked.get("item") else []
        if asked.get("item") and not asked["named"]:
            self.add_error("item", _("No form asks an item of this name. Type a word of its label."))
        if len(asked["named"]) > MANY:
            said = _("%(count)s items go by this name. Choose a form, or type more of the label.")
            self.add_error("item", said % {"count": len(asked["named"])})
        return asked

    @property
    def given(self) -> dict[str, str]:
        """What was asked for, as in the address."""
        return {name: str(self.data[name]) for name in self.fields if self.data.get(name)}

    @property
    def address(self) -> str:
        """The same as the end of an address."""
        return urlencode(self.given)

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        """Whole days on the reader's own clock."""
        clock, asked = timezone.get_current_timezone(), self.cleaned_data
        since, until = asked["since"], asked["until"]
        return (
            datetime.combine(since, time.min, clock) if since else None,
            datetime.combine(until, time.max, clock) if until else None,
        )

    def search(self) -> Search | None:
        """The change records asked for; None where only events are. The form must be valid."""
        if self.cleaned_data["kind"] in (EVENTS, *EventKind.values):
            return None
        conditions = list(self._conditions())
        exact = Q(*(condition for _marks, condition in conditions))
        items = self.lines()
        if items:
            exact &= Q(Exists(ChangeItem.objects.filter(items, change=OuterRef("pk"))))
        groups = tuple(frozenset(marks) for marks, _condition in conditions if marks)
        return Search(trail_search.CHANGES, groups, exact, *self.moments)

    def _conditions(self) -> Iterator[tuple[list[str], Q]]:
        """Marks of which a record must bear one, and the same said exactly."""
        asked = self.cleaned_data
        if self.ids is not None:
            marks = [f"site:{pk}" for pk in sorted(self.ids)]
            moved = sorted(
                Subject.objects.filter(site__in=self.ids, changes__kind="TRANSFER").values_list("pk", flat=True)
            )
            marks += [f"subject:{pk}" for pk in moved]
            yield marks or ["site:none"], self.visible | Q(subject__in=moved)
        if asked["site"]:
            yield [f"site:{asked['site'].pk}"], Q(site=asked["site"])
        if asked["subject"]:
            yield [f"subject:{asked['subject'].pk}"], Q(subject=asked["subject"])
        if code := asked["visit"]:
            yield [f"visit:{code}"], Q(visit_name=code) | Q(visit_name__startswith=f"{code}-")
        if asked["form"]:
            yield [f"form:{asked['form']}"], Q(form_code=asked["form"])
        if asked["role"]:
            yield [f"role:{asked['role']}"], Q(role=asked["role"])
        yield from self._acts()
        yield from self._words()
        yield from self._of_items()

    def _acts(self) -> Iterator[tuple[list[str], Q]]:
        asked = self.cleaned_data
        if asked["kind"] in ChangeKind.values:
            done = Q(kind=asked["kind"])
            if asked["kind"] == ChangeKind.VOID:
                done |= Q(Exists(ChangeItem.objects.filter(field=VOIDED, change=OuterRef("pk"))))
            yield [f"kind:{asked['kind']}"], done
        if asked["after_verification"]:
            yield ["after:verification"], Q(after_verification=True)
        if asked["after_signature"]:
            yield ["after:signature"], Q(after_signature=True)
        if asked["because"]:
            yield ["because:query"], Q(query__isnull=False) & ~Q(kind=ChangeKind.QUERY)

    def _words(self) -> Iterator[tuple[list[str], Q]]:
        words = self.cleaned_data["reason"]
        if words:
            yield [], Q(has_words(words))
        for word in words:
            if len(word) > 1 or not any(word in other for other in words if other != word):
                yield [f"word:{word[:120]}"], Q()

    def _of_items(self) -> Iterator[tuple[list[str], Q]]:
        """A person's own or the system's own, and of these items."""
        asked, person = self.cleaned_data, self.cleaned_data["person"]
        by: tuple[str, ...] = ("own", "system")
        if person:
            by = ("system",) if person.is_system else ("own",)
            yield ["by:system" if person.is_system else f"by:{person.pk}"], Q() if person.is_system else Q(actor=person)
        if asked["named"]:
            yield [mark for each in asked["named"] for mark in each.marks(by)], Q()

    def lines(self) -> Q:
        """Which lines of the change records: a person's own or the system's own, an item's, those that void."""
        asked = self.cleaned_data
        found = lines_of(asked["named"]) if asked["named"] else Q()
        if asked["kind"] == ChangeKind.VOID and not asked["named"]:
            found &= Q(field=VOIDED) | Q(change__kind=ChangeKind.VOID)
        if asked["person"]:
            found &= by_system() if asked["person"].is_system else ~by_system()
        return found

    def events(self) -> Search | None:
        """The events asked for; None where only changes of data are. The form must be valid."""
        asked = self.cleaned_data
        if asked["kind"] in (CHANGES, *ChangeKind.values) or any(asked[name] for name in ONLY_DATA):
            return None
        conditions = [*self._seen(), *self._told(), *self._words()]
        groups = tuple(frozenset(marks) for marks, _condition in conditions if marks)
        return Search(trail_search.EVENTS, groups, Q(*(condition for _marks, condition in conditions)), *self.moments)

    def _told(self) -> Iterator[tuple[list[str], Q]]:
        asked = self.cleaned_data
        if asked["site"]:
            yield [f"site:{asked['site'].pk}"], Q(site=asked["site"])
        if asked["subject"]:
            yield [f"subject:{asked['subject'].number}"], Q(subject=asked["subject"].number)
        if asked["person"]:
            yield [f"by:{asked['person'].pk}"], Q(actor=asked["person"])
        if asked["role"]:
            yield [f"role:{asked['role']}"], Q(role=asked["role"])
        if asked["kind"] in EventKind.values:
            yield [f"kind:{asked['kind']}"], Q(kind=asked["kind"])

    def _seen(self) -> Iterator[tuple[list[str], Q]]:
        """Who works for all sites sees all; others what happened at their sites, or was done by people of them."""
        if self.ids is None:
            return
        people = sorted(set(Membership.objects.filter(site__in=self.ids).values_list("user", flat=True)))
        marks = [*(f"site:{pk}" for pk in sorted(self.ids)), *(f"abroad:{pk}" for pk in people)]
        yield marks or ["site:none"], Q(site__in=self.ids) | Q(site__isnull=True, actor__in=people)


def people(actor: Actor) -> QuerySet[User]:
    """Those who have or had a role at the sites the reader may see, and the system."""
    ids = actor.site_ids(Permission.VIEW_TRAIL)
    here = (
        Q(memberships__isnull=False)
        if ids is None
        else Q(memberships__site__in=ids) | Q(memberships__isnull=False, memberships__site__isnull=True)
    )
    known: QuerySet[User] = User.objects.all()
    return known.filter(here | Q(is_system=True)).distinct().order_by("full_name")
