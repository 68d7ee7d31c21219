"""Consent, re-consent and withdrawal: what may not be collected, and what is asked about (PRV-04)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import schedule
from core.crf.codes import NoYes
from core.crf.items import FormDef
from core.crf.rules import VISIT, Context, Strength, trial_rule
from core.entry_gates import entry_gate
from core.models import Visit
from core.schedule import VisitKind
from screening import consenting
from screening.consenting import plain, unsigned, version_on
from screening.models.consent_version import ConsentVersion
from screening.models.withdrawal import Effect, Scope

FOLLOW_UP = "LTFU"
UNLISTED = gettext_lazy(
    "This version of the consent form is not listed for the site. Check it against the signed form; if it is right, "
    "ask the administrator to list it."
)
OUTDATED = gettext_lazy("On the day of the signature another version of the consent form was in force.")


@entry_gate
def new_version_is_signed(form: FormDef, context: Context) -> str | None:
    """A version that needs re-consent stops new forms of visits from its first day on, until it is signed."""
    day, subject = context.visit_on, context.subject
    if day is None or subject.consent_on is None or day <= subject.consent_on:
        return None
    owed = unsigned(consenting.later_versions(subject), day)
    if owed is None:
        return None
    said = {"version": owed.version, "day": owed.in_force_on.isoformat()}
    return (
        _(
            "Version %(version)s of the consent form is in force since %(day)s, and this subject's consent to it is "
            "not entered. Have it signed and add a line to “Re-consent” among the running records; then this form can "
            "be entered. Safety forms can be entered now."
        )
        % said
    )


@entry_gate
def visits_have_not_ended(form: FormDef, context: Context) -> str | None:
    """After a withdrawal from visits: safety forms, and what the subject agreed to."""
    ended, day = context.subject.withdrawn_on, context.visit_on
    if ended is None or day is None or day <= ended:
        return None
    lines = [line for line in context.records("WD") if line.wddat and line.wdend and line.wddat < day]
    if form.code == FOLLOW_UP and lines and all(line.wdeff == Effect.LONG_TERM for line in lines):
        return None
    if _is_early_termination(context.visit) and any(line.wdet == NoYes.YES for line in lines):
        return None
    return _(
        "The subject withdrew from visits on %(day)s. At a later visit only safety forms can be entered, and what the "
        "subject agreed to at the withdrawal. Check the date of the visit, or correct the line of “Withdrawal”."
    ) % {"day": ended.isoformat()}


def _is_early_termination(visit: Visit | None) -> bool:
    return visit is not None and schedule.current().visit(visit.code).kind is VisitKind.EARLY_TERMINATION


@trial_rule(
    "SV-04",
    gettext_lazy("The visit took place after the subject had withdrawn from visits. Please check both dates."),
    form=VISIT,
    item="visit_on",
    strength=Strength.DEVIATION,
)
def visit_precedes_withdrawal(context: Context) -> bool | None:
    """Visits of the schedule, those of long-term follow-up apart: what else is agreed to is asked on entry."""
    ended, visit = context.subject.withdrawn_on, context.visit
    if ended is None or visit is None or visit.visit_on is None:
        return None
    plan = schedule.current().visit(visit.code)
    if plan.kind is not VisitKind.SCHEDULED or FOLLOW_UP in plan.forms:
        return None
    return bool(visit.visit_on <= ended)


@trial_rule("ICF-10", UNLISTED, form="ICF", item="icver")
def consent_is_to_a_listed_version(context: Context) -> bool | None:
    """The version signed is one of the site's; nothing is said where the site lists none."""
    return _is_listed(context)


@trial_rule("RICF-10", UNLISTED, form="RICF", item="icver")
def reconsent_is_to_a_listed_version(context: Context) -> bool | None:
    """The same of a re-consent: a version that is not listed opens no visit."""
    return _is_listed(context)


@trial_rule("ICF-11", OUTDATED, form="ICF", item="icver", strength=Strength.DEVIATION)
def consent_is_to_the_version_in_force(context: Context) -> bool | None:
    """Subjects sign the version in force (E6(R3) 2.8)."""
    return _is_in_force(context, context.record.rficdtc)


@trial_rule("RICF-11", OUTDATED, form="RICF", item="icver", strength=Strength.DEVIATION)
def reconsent_is_to_the_version_in_force(context: Context) -> bool | None:
    """The same of a re-consent."""
    return _is_in_force(context, context.record.ricdtc)


@trial_rule(
    "RICF-12",
    gettext_lazy("Visits took place after this version was in force and before it was signed."),
    form="RICF",
    item="ricdtc",
    strength=Strength.DEVIATION,
)
def no_visit_before_reconsent(context: Context) -> bool | None:
    """What was collected in between is kept, and reported as a deviation."""
    signed, version = context.record.ricdtc, _named(context)
    if signed is None or version is None or not version.needs_reconsent or context.record.icyn != NoYes.YES:
        return None
    if context.subject.consent_on is None or version.in_force_on <= context.subject.consent_on:
        return None
    between = {"visit_on__gte": version.in_force_on, "visit_on__lt": signed.date()}
    return not Visit.objects.filter(subject=context.subject, **between).exists()


@trial_rule(
    "WD-10",
    gettext_lazy("The subject no longer wants samples to be kept. Enter the date on which they were destroyed."),
    form="WD",
    item="wdsampdt",
)
def samples_are_destroyed(context: Context) -> bool | None:
    """Asked for until it is done."""
    line = context.record
    return None if Scope.SAMPLES not in (line.wdscope or ()) else line.wdsampdt is not None


def _named(context: Context) -> ConsentVersion | None:
    """The listed version that the record names."""
    said = context.record.icver
    return (
        None
        if said is None
        else next((v for v in consenting.listed(context.subject) if plain(v.version) == plain(said)), None)
    )


def _is_listed(context: Context) -> bool | None:
    said, listed = context.record.icver, consenting.listed(context.subject) if context.record.icver else []
    return None if not listed else plain(said) in {plain(version.version) for version in listed}


def _is_in_force(context: Context, signed: datetime | None) -> bool | None:
    """On the site's own day of the signature; None where the version is not listed."""
    said = context.record.icver
    if said is None or signed is None:
        return None
    return _was_in_force(consenting.listed(context.subject), said, signed.date())


def _was_in_force(listed: list[ConsentVersion], said: str, day: date) -> bool | None:
    known: Any = next((version for version in listed if plain(version.version) == plain(said)), None)
    return None if known is None else known == version_on(listed, day)
