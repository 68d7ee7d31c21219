"""System checks over declarations and schedule, and over the protection of the trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from core import schedule, verification
from core.crf import read
from core.crf.items import GIVEN, FormDef, Item, Kind, RowsDef
from core.crf.rules import RULES, VISIT
from core.models import Crf
from core.protection.inspect import problems
from core.standing import NOT_ITEMS

NUMERIC = (Kind.INTEGER, Kind.DECIMAL, Kind.MEASURED)


@register(Tags.models)
def declarations(**kwargs: Any) -> Iterable[CheckMessage]:
    """Every form is declared so that all that follows from it can follow."""
    found = [problem for code in read.form_models() for problem in form_problems(read.form(code))]
    return [*found, *_codes_twice(), *_trial_rules()]


def form_problems(form: FormDef) -> list[CheckMessage]:
    """What is wrong with one form."""
    found: list[CheckMessage] = []
    for part in form.parts:
        names = {item.name for item in part.items}
        readable = names | GIVEN if isinstance(part, RowsDef) else names | GIVEN - {"parent"}
        found += [problem for item in part.items for problem in _item_problems(form, item)]
        for place, item in enumerate(part.items):
            found += _gate_problems(form, item, part.items[:place])
        for rule in part.rules:
            found += _unknown(form, rule.reads, readable, "core.E101", f"rule {rule.id}")
        for derivation in part.derivations:
            found += _unknown(form, derivation.reads, readable, "core.E102", derivation.id)
            found += _unknown(form, (derivation.target,), names, "core.E102", derivation.id)
    found += _unknown(form, (*form.summary, *form.anchors.values()), set(form.names), "core.E103", "Spec")
    if form.after_lock and not form.log:
        found.append(_error(form, "after_lock without log", "Only a line of a log needs no visit.", "core.E113"))
    ids = [rule.id for part in form.parts for rule in part.rules]
    ids += [derivation.id for part in form.parts for derivation in part.derivations]
    found += [_error(form, f"{id} is used twice", "Give each rule its own id.", "core.E104") for id in _twice(ids)]
    return found


def _item_problems(form: FormDef, item: Item) -> Iterator[CheckMessage]:
    if len(item.name) > 20 or not item.name.islower() or "__" in item.name or "." in item.name:
        yield _error(
            form, f"item {item.name}", "Names are lower case, at most 20 characters, without '__'.", "core.E105"
        )
    if item.name in NOT_ITEMS | GIVEN:
        yield _error(form, f"item {item.name}", "The trail takes this name for books: choose another.", "core.E112")
    if (item.low is not None or item.high is not None) and item.kind not in NUMERIC:
        yield _error(form, f"{item.name}: expect on {item.kind}", "Only figures have an expected range.", "core.E107")
    if item.low is not None and item.high is not None and item.low > item.high:
        yield _error(form, f"{item.name}: expect runs backwards", "Write expect=(low, high).", "core.E108")
    if not str(item.label):
        yield _error(form, f"{item.name} has no label", "Say what is asked.", "core.E109")


def _gate_problems(form: FormDef, item: Item, above: tuple[Item, ...]) -> Iterator[CheckMessage]:
    """A question that hangs on another answer hangs on an item above it, and on codes that item has."""
    if item.asked_if is None:
        return
    name, wanted = item.asked_if
    gate = next((other for other in above if other.name == name), None)
    if gate is None:
        yield _error(form, f"{item.name}: asked_if reads {name}", "Name an item above it on this form.", "core.E106")
    elif unknown := sorted(set(wanted) - {code.code for code in gate.codes}):
        hint = f"The codes of {name} are {', '.join(code.code for code in gate.codes)}."
        yield _error(form, f"{item.name}: asked_if waits for {', '.join(unknown)}", hint, "core.E106")


def _unknown(form: FormDef, reads: Iterable[str], names: set[str], id: str, what: str) -> list[CheckMessage]:
    return [
        _error(form, f"{what} reads {name}", "Its parameters are names of items of this form.", id)
        for name in reads
        if name not in names
    ]


def _codes_twice() -> list[CheckMessage]:
    codes = [model.crf.code for model in read.recorded_models() if issubclass(model, Crf)]
    return [
        Error(f"form code {code} is declared twice", hint="Codes are unique.", id="core.E110") for code in _twice(codes)
    ]


def _trial_rules() -> list[CheckMessage]:
    known = {VISIT, *read.form_models(), *schedule.forms_to_come()}
    return [
        Error(
            f"rule {rule.id} is shown at form {rule.form}",
            hint="Name a declared form, or SV for the visit.",
            id="core.E111",
        )
        for rule in RULES.values()
        if rule.form not in known
    ]


@register(Tags.models)
def trial_schedule(**kwargs: Any) -> Iterable[CheckMessage]:
    """The schedule hangs together and names forms that exist or are announced."""
    plan = schedule.current()
    found = [Error(problem, hint="Mend the trial's schedule.", id="core.E120") for problem in schedule.problems(plan)]
    known = {*read.form_models(), *schedule.forms_to_come()}
    named = {(visit.code, form) for visit in plan.visits for form in visit.forms}
    found += [
        Error(f"visit {visit} names form {form}", hint="Declare the form or list it in FORMS_TO_COME.", id="core.E121")
        for visit, form in sorted(named)
        if form not in known
    ]
    found += [
        Error(f"form {code} is built", hint="Delete it from FORMS_TO_COME.", id="core.E123")
        for code in sorted(set(read.form_models()) & set(schedule.forms_to_come()))
    ]
    placed = {form for _, form in named}
    return found + [
        Error(f"form {code} is at no visit", hint="Add its code to a visit of the schedule.", id="core.E122")
        for code in read.form_models()
        if code not in placed
    ]


@register(Tags.database)
def protection(databases: Iterable[str] | None = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """The trail is protected by the database (ADM-06)."""
    if "default" not in (databases or ()):
        return []
    hint = "Run `manage.py migrate` with the owner role."
    return [Error(problem, hint=hint, id="core.E130") for problem in problems()]


def _error(form: FormDef, what: str, hint: str, id: str) -> CheckMessage:
    return Error(f"form {form.code}: {what}", hint=hint, obj=form.model, id=id)


def _twice(names: Iterable[str]) -> list[str]:
    seen = list(names)
    return sorted({name for name in seen if seen.count(name) > 1})


@register(Tags.models)
def verification_plan(**kwargs: Any) -> Iterable[CheckMessage]:
    """The verification plan names only what is there."""
    return verification.problems(verification.plan())
