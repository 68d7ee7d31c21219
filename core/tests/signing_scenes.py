"""An investigator who may sign, and signatures of whatever form there is."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast
from core.actions import signature as acts
from core.crf import read
from core.models import Meaning, Signature, Subject
from core.places import NEW, Place
from core.signing import Filed, Spot, records_at
from core.testing import samples, trial


def enrolled(user: User) -> User:
    """The person has accepted the statement; the identity was checked in the cast."""
    user.equivalence_at = datetime(2026, 1, 5, tzinfo=UTC)
    user.save()
    return user


def investigator(cast: Cast) -> Actor:
    """Of site 01, ready to sign."""
    return cast.actor(enrolled(cast.investigator))


def filed(place: Place) -> Filed:
    """The record there, as it is now."""
    record = trial.place_at(place.subject, place.at.name, place.form.code, place.key).record
    assert record is not None
    return next(iter(records_at(place.subject, [Spot(record.visit_id, place.form.code, record.key)]).values()))


def to_sign(place: Place) -> acts.ToSign:
    """As a page opened now shows it."""
    now = filed(place)
    return acts.ToSign(now.place, now.record.revision, now.digest)


def sign(*places: Place, by: Actor, meaning: Meaning = Meaning.REVIEWED) -> list[Signature]:
    """Sign these forms as one who has just opened the page."""
    made = acts.sign(places[0].subject, [to_sign(place) for place in places], meaning, by=by)
    trial.commit()
    return made


def vitals(subject: Subject, by: Actor, visit: str = "SCR", **otherwise: str) -> Place:
    """Vital signs at a visit, complete and calm unless told otherwise."""
    trial.save_vs(subject, trial.CALM | otherwise, by=by, visit=visit, reason=trial.WHY)
    trial.commit()
    return trial.place_at(subject, visit, "VS")


def every_form(subject: Subject, by: Actor) -> dict[str, Place]:
    """Each declared form filled in once, with rows where it has them; last the withdrawal, which ends the visits."""
    forms = sorted(read.forms(), key=lambda form: form.code == "WD")
    return {form.code: entered(subject, form.code, by) for form in forms}


def entered(subject: Subject, code: str, by: Actor, variant: int = 0, key: int | None = None) -> Place:
    """One form with made-up answers; another variant changes them."""
    visit, form = trial.home_of(code, subject, by), read.form(code)
    place = trial.place_at(subject, visit, code, (NEW if form.log else 1) if key is None else key)
    entry = samples.sample_entry(form, variant, files=samples.keep_files(subject, by))
    saved = trial.save(place, entry, by=by, reason=trial.WHY)
    assert saved.record
    trial.commit()
    return trial.place_at(subject, visit, code, saved.record.key)
