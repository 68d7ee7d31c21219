"""Freezes and locks in words: what is held, by whom and since when, what happened, and what a lock still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Site
from core import schedule
from core.lockcheck import Target
from core.models import FormStatus, Hold, HoldState, HoldStep, HoldVerb, Level, Query, QueryState, Subject
from core.models.crf import FormState
from core.places import LOG
from core.wording.people import Who
from core.wording.places import Where, visit_title

IMPOSING = {HoldState.FROZEN: HoldVerb.FREEZE, HoldState.LOCKED: HoldVerb.LOCK}
WHOLE_SUBJECT = (Level.SUBJECT, Level.SITE, Level.STUDY)

SENTENCES: dict[str, str | Promise] = {
    HoldVerb.FREEZE: gettext_lazy("%(who)s froze it."),
    HoldVerb.UNFREEZE: gettext_lazy("%(who)s released it."),
    HoldVerb.LOCK: gettext_lazy("%(who)s locked it."),
    HoldVerb.ASK: gettext_lazy("%(who)s asked to unlock it."),
    HoldVerb.UNLOCK: gettext_lazy("%(who)s agreed, and it was unlocked."),
    HoldVerb.REFUSE: gettext_lazy("%(who)s refused to unlock it."),
}


def title(target: Target) -> str:
    """What is held: Vital signs, Screening; Subject 01-003; the site; the study."""
    if target.subject is None:
        return str(target.site) if target.site else _("The study")
    where = Where(target.subject, target.visit_name, target.form_code, target.record_key or None)
    if target.level == Level.FORM:
        said = {"form": where.form, "visit": where.visit}
        return _("%(form)s, %(visit)s") % said if where.visit else str(where.form)
    if target.level == Level.VISIT:
        version = target.subject.protocol_version
        return _("Running records") if target.visit_name == LOG else visit_title(target.visit_name, version)
    return _("Subject %(number)s") % {"number": target.subject.number}


def moment(at: datetime, site: Site) -> str:
    """On the site's clock with its offset: 2026-11-24 10:00 +08:00."""
    text = timezone.localtime(at, site.clock).isoformat(" ", "minutes")
    return f"{text[:-6]} {text[-6:]}"


@dataclass(frozen=True)
class Told:
    """One step in words: who, when, what, and the reason with the warnings that were ticked."""

    step: HoldStep
    who: Who
    site: Site

    @property
    def at(self) -> datetime:
        """The server's time."""
        return self.step.at

    @property
    def sentence(self) -> str:
        """What was done and by whom."""
        return str(SENTENCES[self.step.verb]) % {"who": self.who.label}

    @property
    def text(self) -> str:
        """Why, and what was seen, as kept."""
        return self.step.text


def history(target: Target) -> list[Told]:
    """All steps, newest first; of a site or the study each once, not once for each subject. One statement."""
    steps = HoldStep.objects.filter(hold__in=target.holds()).select_related("hold__site")
    if target.is_wide:  # what was done in one transaction was one step
        steps = steps.order_by("change__txid", "id").distinct("change__txid")
    return [tell(step) for step in sorted(steps, key=lambda step: step.pk, reverse=True)]


def tell(step: HoldStep) -> Told:
    """One step; its hold's site loaded."""
    return Told(step, Who(step.actor_name, step.role, step.hold.site), step.hold.site)


def imposed(hold: Hold) -> HoldStep | None:
    """The step that brought about how it is held now. One statement."""
    verb = IMPOSING.get(HoldState(hold.state))
    return hold.steps.filter(verb=verb).select_related("hold__site").order_by("id").last() if verb else None


def blocked_words(hold: Hold) -> str:
    """Why nothing, or no data, can be changed here, and what to do. Two statements, the subject not being loaded."""
    step = imposed(hold)
    if step is None:
        return ""
    what = title(Target.of_hold(hold, hold.subject))
    who = Who(step.actor_name, step.role, hold.site).label
    said = {"what": what, "who": who, "when": moment(step.at, hold.site)}
    if hold.state == HoldState.LOCKED:
        return (
            _(
                "%(what)s: locked by %(who)s on %(when)s. Nothing can be changed. To unlock, an investigator or a data "
                "manager asks for it with a reason, and another person agrees."
            )
            % said
        )
    return (
        _(
            "%(what)s: frozen by %(who)s on %(when)s. Data cannot be changed; queries, verification and signature go "
            "on. To change data, ask a monitor or a data manager to release it."
        )
        % said
    )


@dataclass(frozen=True)
class StateLine:
    """A casebook's state in one line: what is missing for lock. `state` is a class of the design."""

    text: str
    url: str
    state: str


def state_line(subject: Subject) -> StateLine:
    """What is missing for lock, by counting alone: whether each signature is whole is looked at on the lock's page.

    Three statements, two where it is locked.
    """
    url = Target.of_subject(subject).url()
    steps = _imposing(subject)
    locked = steps.get(HoldState.LOCKED)
    if locked is not None:
        return StateLine(_since(_("Locked on %(when)s by %(who)s"), locked, subject), url, "missed")
    missing = list(_missing(subject))
    frozen = steps.get(HoldState.FROZEN)
    lacks = (
        _("Not ready for lock: %(missing)s") % {"missing": _(", ").join(missing)} if missing else _("Ready for lock")
    )
    if frozen is not None:
        said = {"frozen": _since(_("Frozen on %(when)s by %(who)s"), frozen, subject), "lacks": lacks}
        return StateLine(_("%(frozen)s. %(lacks)s") % said, url, "due")
    return StateLine(lacks, url, "incomplete" if missing else "complete")


def _since(words: str, step: HoldStep, subject: Subject) -> str:
    return words % {"when": moment(step.at, subject.site), "who": step.actor_name}


def _imposing(subject: Subject) -> dict[str, HoldStep]:
    """The steps by which the subject as a whole is held now, by state; of several the widest."""
    steps = HoldStep.objects.filter(hold__subject=subject, hold__level__in=WHOLE_SUBJECT, state=F("hold__state"))
    imposing = steps.filter(verb__in=IMPOSING.values()).select_related("hold").order_by("hold", "-id").distinct("hold")
    order = list(Level)
    return {step.state: step for step in sorted(imposing, key=lambda step: order.index(Level(step.hold.level)))}


def _missing(subject: Subject) -> Iterator[str]:
    asked = Query.objects.filter(subject=subject)
    queries = asked.aggregate(
        open=Count("pk", Q(state=QueryState.OPEN)), answered=Count("pk", Q(state=QueryState.ANSWERED))
    )
    forms = FormStatus.objects.filter(subject=subject).exclude(state=FormState.VOIDED)
    counted = forms.aggregate(
        all=Count("pk"),
        gaps=Count("pk", Q(state=FormState.INCOMPLETE)),
        unsigned=Count("pk", Q(signed=False)),
        unverified=Sum(F("required") - F("verified")),
    )
    if not counted["all"]:
        yield _("nothing was entered yet")
    said = (
        (queries["open"], ngettext("%(n)s open query", "%(n)s open queries", queries["open"])),
        (queries["answered"], ngettext("%(n)s query to close", "%(n)s queries to close", queries["answered"])),
        (counted["gaps"], ngettext("%(n)s form to complete", "%(n)s forms to complete", counted["gaps"])),
        (counted["unverified"], ngettext("%(n)s item to verify", "%(n)s items to verify", counted["unverified"] or 0)),
        (counted["unsigned"], ngettext("%(n)s form to sign", "%(n)s forms to sign", counted["unsigned"])),
    )
    yield from (words % {"n": n} for n, words in said if n)


@dataclass(frozen=True)
class Part:
    """Something within a target that can be held by itself."""

    target: Target
    state: HoldState = HoldState.FREE

    @property
    def title(self) -> str:
        """What it is called."""
        return title(self.target)


def parts(target: Target) -> list[Part]:
    """The sites of the study, the subjects of a site, the visits of a subject, the forms of a visit. Two statements."""
    if target.level == Level.FORM:
        return []
    order = list(Level)
    below = order[order.index(target.level) - 1]
    holds = Hold.objects.filter(target.among("subject__"), target.named(), level=below).exclude(state=HoldState.FREE)
    states = {Target.of_hold(hold, hold.subject).url(): hold.state for hold in holds.select_related("subject", "site")}
    return [Part(part, HoldState(states.get(part.url(), HoldState.FREE))) for part in _within(target)]


def _within(target: Target) -> Iterator[Target]:
    if target.level == Level.STUDY:
        yield from map(Target.of_site, Site.objects.order_by("code"))
    elif target.level == Level.SITE:
        yield from map(Target.of_subject, target.subjects().order_by("number"))
    elif target.level == Level.SUBJECT:
        yield from _visits(target.subject)
    elif target.visit_name == LOG:
        yield from _forms(target, FormStatus.objects.filter(visit=None))
    else:
        code, _dash, ordinal = target.visit_name.partition("-")
        yield from _forms(target, FormStatus.objects.filter(visit__code=code, visit__ordinal=int(ordinal or 0)))


def _visits(subject: Subject | None) -> Iterator[Target]:
    """In the order of the schedule, running records last."""
    if subject is not None:
        plans = [plan.code for plan in schedule.current().for_version(subject.protocol_version)]
        visits = sorted(subject.visits.all(), key=lambda visit: (plans.index(visit.code), visit.ordinal))
        for name in (*(visit.name for visit in visits), LOG):
            yield Target(Level.VISIT, subject, None, name)


def _forms(target: Target, statuses: QuerySet[FormStatus]) -> Iterator[Target]:
    entered = statuses.filter(subject=target.subject).exclude(state=FormState.VOIDED).order_by("form_code", "key")
    for line in entered:
        yield Target(Level.FORM, target.subject, None, target.visit_name, line.form_code, line.key)
