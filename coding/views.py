"""The coder's work list, and the page on which words are coded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from coding import actions
from coding.models import Dictionary, DictionaryKind, Term, normal
from coding.spots import KINDS, Spot, in_force, spots
from core.actions.errors import Refused

MOST = 40  # terms offered at once; more words find fewer


@dataclass(frozen=True)
class Words:
    """The same words wherever they stand, and how they are coded."""

    kind: str
    words: str
    spots: Sequence[Spot]

    @property
    def dictionary(self) -> str:
        """Its name."""
        return str(DictionaryKind(self.kind).label)

    @property
    def verbatim(self) -> str:
        """As somebody wrote it."""
        return self.spots[0].verbatim

    @property
    def codings(self) -> list[Any]:
        """The different terms they are coded as."""
        found = {spot.coding.term_id: spot.coding for spot in self.spots if spot.coding}
        return list(found.values())

    @property
    def uncoded(self) -> int:
        """How many of the answers are not coded."""
        return sum(spot.coding is None for spot in self.spots)

    def is_old(self, current: set[int]) -> bool:
        """Is one of them coded by a version that is no longer in force?"""
        return any(spot.coding is not None and spot.coding.dictionary_id not in current for spot in self.spots)

    @property
    def url(self) -> str:
        """Where they are coded."""
        return f"{reverse('coding-words')}?{urlencode({'kind': self.kind, 'words': self.words})}"


def gathered(found: Iterable[Spot]) -> list[Words]:
    """The spots by dictionary and words."""
    groups: dict[tuple[str, str], list[Spot]] = {}
    for spot in found:
        groups.setdefault((spot.kind, normal(spot.verbatim)), []).append(spot)
    return [Words(kind, words, same) for (kind, words), same in groups.items()]


@require_safe
@requires(Permission.CODE)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """What is to be coded; with `?all=1` what is coded as well."""
    words = gathered(spots(request.actor))
    current = {dictionary.pk for kind in KINDS for dictionary in in_force(kind)}
    waiting = [each for each in words if each.uncoded or each.is_old(current)]
    everything = request.GET.get("all") == "1"
    context = {
        "words": sorted(words if everything else waiting, key=lambda each: (each.kind, each.words)),
        "waiting": len(waiting),
        "all": everything,
        "current": current,
        "dictionaries": [dictionary for kind in KINDS for dictionary in in_force(kind)],
    }
    return render(request, "coding/work_list.html", context)


def _words(request: AuthenticatedRequest, data: Any) -> Words:
    """The words a page is about. Http404 where nobody wrote them at the person's sites."""
    kind, words = data.get("kind", ""), data.get("words", "")
    found = [each for each in gathered(spots(request.actor)) if (each.kind, each.words) == (kind, words)]
    if not found:
        raise Http404
    return found[0]


@require_safe
@requires(Permission.CODE)
def words(request: AuthenticatedRequest) -> HttpResponse:
    """Where the words stand, and the terms that may fit: those with all the words looked for."""
    return _page(request, _words(request, request.GET))


def _page(request: AuthenticatedRequest, found: Words, *, refused: str = "", status: int = 200) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    asked = str(data.get("look", found.words))
    offered = list(_terms(in_force(found.kind), asked))
    context = {
        "found": found, "look": asked, "terms": offered[:MOST], "more": len(offered) > MOST, "refused": refused,
        "in_force": in_force(found.kind), "chosen": str(data.get("term", "")),
    }  # fmt: skip
    return render(request, "coding/words.html", context, status=status)


def _terms(dictionaries: Sequence[Dictionary], asked: str) -> Iterable[Term]:
    """The term that reads just so first, then short ones before long ones."""
    terms = Term.objects.filter(dictionary__in=dictionaries, is_current=True)
    for word in normal(asked).split()[:8]:
        terms = terms.filter(normal__contains=word)
    found = terms.select_related("dictionary").order_by("normal", "id")[: 5 * MOST]
    return sorted(found, key=lambda term: (len(term.normal), term.normal)) if asked.strip() else []


@require_POST
@requires(Permission.CODE)
def code(request: AuthenticatedRequest) -> HttpResponse:
    """Code the answers ticked as the term chosen."""
    found = _words(request, request.POST)
    chosen = [spot for spot in found.spots if spot.token in request.POST.getlist("spot")]
    term = _term(request.POST.get("term", ""))
    if not chosen or term is None:
        return _page(request, found, refused=_("Tick the answers and choose a term, then code them."), status=400)
    try:
        made = actions.code(
            chosen, term, by=request.actor, reason=request.POST.get("reason", ""),
            as_synonym=request.POST.get("synonym") == "on",
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, found, refused=str(refusal), status=409)
    said = ngettext("Coded %(n)s answer as “%(term)s”.", "Coded %(n)s answers as “%(term)s”.", len(made))
    messages.success(request, said % {"n": len(made), "term": term.text})
    return redirect("coding-list")


def _term(number: str) -> Term | None:
    found = Term.objects.select_related("dictionary")
    return found.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
