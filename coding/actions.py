"""Code answers: by a person, or by the system where the words are a term's own. Each is an act on its subject."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor, system_actor
from accounts.permissions import Permission
from coding.models import Coding, Dictionary, How, Synonym, Term, normal
from coding.spots import KINDS, Spot, exact_terms, in_force, spots, synonyms
from core.actions import trail
from core.actions.errors import Refused
from core.actions.trail import Act, Where
from core.models import ChangeKind, HoldState, Subject


@transaction.atomic
def code(chosen: Sequence[Spot], term: Term, *, by: Actor, reason: str = "", as_synonym: bool = False) -> list[Coding]:
    """Code answers that read alike as one term; `as_synonym`: these words mean it from now on wherever they stand.

    Raises Refused where an answer was changed, coded otherwise or locked meanwhile, or the term is not in force.
    """
    dictionary = _of(term)
    made = []
    for spot in sorted(chosen, key=lambda spot: spot.subject.pk):  # two at once lock subjects in the same order
        act = trail.begin(spot.subject, Permission.CODE, by=by, reason=reason)
        now = next((other for other in spots(subject=act.subject) if other.place == spot.place), None)
        if now is None or now.verbatim != spot.verbatim or _pk(now.coding) != _pk(spot.coding):
            raise Refused(_("One of these answers was changed or coded meanwhile. Look at the list again."))
        if act.held.state(spot.visit_name, spot.form.code, spot.record_key) == HoldState.LOCKED:
            raise Refused(_("One of these answers is locked. It cannot be coded any more."))
        made.append(_write(act, spot, term, dictionary, How.HAND))
    if as_synonym and chosen:
        Synonym.objects.create(kind=dictionary.kind, normal=normal(chosen[0].verbatim), code=term.code, by=by.user)
    return made


def _pk(coding: Coding | None) -> int | None:
    return None if coding is None else coding.pk


def _of(term: Term) -> Dictionary:
    dictionary = term.dictionary
    if dictionary not in in_force(dictionary.kind) or not term.is_current:
        raise Refused(_("This term is not current in the version in force. Choose another."))
    return dictionary


def _write(act: Act, spot: Spot, term: Term, dictionary: Dictionary, how: How) -> Coding:
    made = Coding(
        subject=act.subject, site=act.subject.site, visit_name=spot.visit_name, form_code=spot.form.code,
        record_key=spot.record_key, group=spot.group, row_key=spot.row_key, field=spot.item.name,
        verbatim=spot.verbatim, dictionary=dictionary, term=term, how=how, at=act.at, actor=act.by.user,
        actor_name=act.by.name, role=act.role,
    )  # fmt: skip
    trail.note(act, [made])
    trail.write(act, kind=ChangeKind.CODE, where=Where(spot.visit_name, spot.form.code, spot.record_key))
    return made


def code_all() -> int:
    """Code by the system what needs nobody: the very words of a term, a synonym, a term carried over to a new version.

    Each subject in its own transaction. Gives how many answers were coded.
    """
    return sum(_code_subject(subject) for subject in Subject.objects.select_related("site").order_by("pk"))


@transaction.atomic
def _code_subject(subject: Subject) -> int:
    if not _found(spots(subject=subject)):
        return 0
    act = trail.begin(subject, Permission.CODE, by=system_actor())
    made = 0
    for spot, term, how in _found(spots(subject=act.subject)):
        if act.held.state(spot.visit_name, spot.form.code, spot.record_key) != HoldState.LOCKED:
            _write(act if not made else (act := trail.again(act)), spot, term, term.dictionary, how)
            made += 1
    return made


def _found(there: Sequence[Spot]) -> list[tuple[Spot, Term, How]]:
    """What the system can code, with the term and how it was found."""
    found: list[tuple[Spot, Term, How]] = []
    for kind in KINDS:
        current = {dictionary.pk for dictionary in in_force(kind)}
        open_ = [spot for spot in there if spot.kind == kind and _is_open(spot, current)]
        if not open_ or not current:
            continue
        exact, known = exact_terms(kind, [spot.verbatim for spot in open_]), synonyms(kind)
        codes = {spot.coding.term.code for spot in open_ if spot.coding} | set(known.values())
        terms = Term.objects.filter(dictionary__in=current, code__in=codes, is_current=True).select_related(
            "dictionary"
        )
        by_code = {term.code: term for term in terms.order_by("-dictionary_id")}
        for spot in open_:
            found += _term_for(spot, exact, known, by_code)
    return found


def _is_open(spot: Spot, current: set[int]) -> bool:
    return spot.coding is None or spot.coding.dictionary_id not in current


def _term_for(
    spot: Spot, exact: dict[str, Term], known: dict[str, str], by_code: dict[str, Term]
) -> list[tuple[Spot, Term, How]]:
    """A term a person chose is carried over while it is there and reads the same; else the words decide."""
    words = normal(spot.verbatim)
    if spot.coding is not None:
        same = by_code.get(spot.coding.term.code)
        return [(spot, same, How.CARRIED)] if same and same.normal == spot.coding.term.normal else []
    if words in exact:
        return [(spot, exact[words], How.EXACT)]
    term = by_code.get(known.get(words, ""))
    return [(spot, term, How.SYNONYM)] if term else []
