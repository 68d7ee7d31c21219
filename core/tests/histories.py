"""Random histories of one subject: acts of several people that follow one another; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule, verification
from core.actions import crf, hold, query, signature, visit
from core.actions import subject as subjects
from core.actions import verification as verifying
from core.actions.entry import Entry, RowEntry
from core.actions.errors import Refused
from core.asking import Spot
from core.lockcheck import Target
from core.models import Meaning, Query, Subject
from core.places import LOG, NEW, Place, VisitPlace, place_of, visit_of
from core.testing.trial import CALM, VISIT_ON, WHY, place_at, save
from core.tests.signing_scenes import enrolled, filed, to_sign

REFUSALS = (Refused, ValidationError, PermissionDenied, Http404)
Step = tuple[Any, ...]


@dataclass(frozen=True)
class Story:
    """A subject and the people who work on it."""

    subject: Subject
    people: dict[str, Actor]

    def place(self, visit_name: str, code: str) -> Place:
        """The form's record that counts, or where the next one would be."""
        fresh = Subject.objects.select_related("site").get(pk=self.subject.pk)
        place = place_of(visit_of(fresh, visit_name), code)
        if place.record is not None and place.record.voided:
            return place_at(self.subject, visit_name, code, place.key + 1)
        return place

    def entered(self, name: str) -> Place:
        """Vital signs that are there and count. Raises Refused for others."""
        place = self.place(name, "VS")
        if place.record is None:
            raise Refused("nothing was entered")
        return place

    def visit(self, name: str) -> VisitPlace:
        """A visit as it is now."""
        return visit_of(Subject.objects.select_related("site").get(pk=self.subject.pk), name)


def vitals(story: Story, by: Actor, name: str, sysbp: int, gap: str) -> None:
    """Save vital signs: perhaps with a pressure that is asked about, perhaps with an answer left out."""
    values: dict[str, Any] = CALM | {"sysbp": sysbp}
    missing = {}
    if gap != "none":
        values, missing = values | {"pulse": None}, {"pulse": "" if gap == "open" else "ND"}
    save(story.place(name, "VS"), Entry(values, missing, visit_on=VISIT_ON), by=by, reason=WHY)


def void(story: Story, by: Actor, name: str) -> None:
    """Void the vital signs."""
    place = story.place(name, "VS")
    crf.void(place, by=by, reason=WHY, revision=place.record.revision if place.record else 0)


def results(story: Story, by: Actor, key: int | None, result: str, voided: bool) -> None:
    """Add a result of serum chemistry, change one or void one."""
    row = RowEntry({"lbtestcd": "ALT", "lborres": result, "lborresu": "U/L"}, key, voided=voided)
    save(
        story.place("SCR", "CHEM"),
        Entry({"lbperf": "Y"}, rows={"results": [row]}, visit_on=VISIT_ON),
        by=by,
        reason=WHY,
    )


def event(story: Story, by: Actor, key: int, term: str) -> None:
    """Add a line to the log of adverse events, or change one."""
    save(place_at(story.subject, LOG, "AE", key or NEW), Entry({"aeterm": term}), by=by, reason=WHY)


def sex(story: Story, by: Actor, answer: str) -> None:
    """The answer on which another form hangs."""
    entry = Entry({"brthdat": "1980", "sex": answer, "ethnic": "HAN"}, visit_on=VISIT_ON)
    save(story.place("SCR", "DM"), entry, by=by, reason=WHY)


def dated(story: Story, by: Actor, name: str, days: int) -> None:
    """Date a visit, or correct its date."""
    at = story.visit(name)
    on = VISIT_ON + timedelta(days=days)
    visit.save_date(at, on, by=by, reason=WHY, revision=at.visit.revision if at.visit else 0)


def missed(story: Story, by: Actor, name: str) -> None:
    """Mark a visit as missed."""
    at = story.visit(name)
    visit.mark_missed(at, by=by, reason=WHY, revision=at.visit.revision if at.visit else 0)


def unscheduled(story: Story, by: Actor) -> None:
    """Add a visit that nobody planned."""
    plan = schedule.current().visit("UNS")
    visit.add_unscheduled(VisitPlace(story.subject, plan, 0, None), VISIT_ON, by=by, reason=WHY)


def asked(story: Story, by: Actor, name: str) -> None:
    """Raise a query about a pressure."""
    query.raise_(Spot.of(story.place(name, "VS"), "sysbp"), "Please check", by=by)


def thread(story: Story, by: Actor, verb: str, which: int) -> None:
    """A step of one of the queries."""
    found = list(Query.objects.filter(subject=story.subject).select_related("subject__site", "site").order_by("id"))
    if found:
        step: Callable[..., Query] = getattr(query, verb)
        step(found[which % len(found)], "As we see it", by=by)


def verified(story: Story, by: Actor, name: str, back: bool) -> None:
    """Verify what the plan wants of the vital signs, or take the marks back."""
    now = filed(story.entered(name))
    answers = verification.required_items(now.place.form, now.record, now.rows, story.subject.number)
    marks, withdrawn = ((), answers) if back else (answers, ())
    verifying.verify(now.place, marks, withdrawn, by=by, revision=now.record.revision, reason=WHY)


def signed(story: Story, by: Actor, name: str) -> None:
    """Sign the vital signs."""
    signature.sign(story.subject, [to_sign(story.entered(name))], Meaning.REVIEWED, by=by)


def held(story: Story, by: Actor, verb: str, level: str, name: str) -> None:
    """Freeze, lock or free a form, a visit or the whole casebook."""
    at = story.visit(name)
    target = {
        "form": lambda: Target.of_form(story.place(name, "VS")),
        "visit": lambda: Target.of_visit(at),
        "subject": lambda: Target.of_subject(at.subject),
    }[level]()
    act: Callable[..., Any] = getattr(hold, verb)
    act(target, by=by, shown=hold.Shown.now(target), reason=WHY)


SITE = st.sampled_from(["coordinator", "coordinator2", "investigator"])
ANYBODY = st.sampled_from(["coordinator", "investigator", "monitor", "data_manager"])
VISITS = st.sampled_from(["SCR", "BL"])
STEPS = st.one_of(
    st.tuples(st.just(vitals), SITE, VISITS, st.sampled_from([118, 120, 250]), st.sampled_from(["none", "open", "ND"])),
    st.tuples(st.just(void), SITE, VISITS),
    st.tuples(st.just(results), SITE, st.sampled_from([None, 1, 2]), st.sampled_from(["20", "<5"]), st.booleans()),
    st.tuples(st.just(event), SITE, st.integers(0, 2), st.sampled_from(["Fever", "Headache"])),
    st.tuples(st.just(sex), SITE, st.sampled_from(["M", "F"])),
    st.tuples(st.just(dated), SITE, st.sampled_from(["LD1", "BL", "D1"]), st.integers(-2, 2)),
    st.tuples(st.just(missed), SITE, st.sampled_from(["D1", "D2", "BL"])),
    st.tuples(st.just(unscheduled), SITE),
    st.tuples(st.just(asked), st.sampled_from(["monitor", "data_manager"]), VISITS),
    st.tuples(st.just(thread), ANYBODY, st.sampled_from(["answer", "close", "reopen", "cancel"]), st.integers(0, 3)),
    st.tuples(st.just(verified), st.just("monitor"), VISITS, st.booleans()),
    st.tuples(st.just(signed), st.just("investigator"), VISITS),
    st.tuples(
        st.just(held),
        ANYBODY,
        st.sampled_from(["freeze", "unfreeze", "lock", "ask_unlock", "unlock"]),
        st.sampled_from(["form", "visit", "subject"]),
        VISITS,
    ),
)


def people_of(cast: Cast) -> dict[str, Actor]:
    """Those of site 01, the investigator ready to sign, and those who work for all sites."""
    enrolled(cast.investigator)
    names = ("coordinator", "coordinator2", "investigator", "monitor", "data_manager")
    return {name: cast.actor(getattr(cast, name)) for name in names}


def lived(cast: Cast, people: dict[str, Actor], steps: list[Step]) -> Subject:
    """A new subject, and all that these people do to it."""
    story = Story(subjects.add(cast.site, by=people["coordinator"]), people)
    for act, person, *rest in steps:
        with suppress(*REFUSALS):
            act(story, people[person], *rest)
    return story.subject
