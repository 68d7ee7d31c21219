"""Coding of what was written in words: by the system where nobody is needed, else by the coder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast
from coding.actions import code, code_all
from coding.models import Coding, Dictionary, Synonym, Term
from coding.spots import Spot, spots
from coding.tests.conftest import FIRST
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.actions.verify import verify_chain
from core.lockcheck import Target
from core.models import Change, Subject
from core.testing import trial
from core.testing.trial import WHY, commit, refused
from core.tests.hold_scenes import lock, signed, verified
from core.tests.scenes import client_of, statements, text_of

pytestmark = pytest.mark.django_db
Enter = Callable[..., Any]
Load = Callable[..., Dictionary]


def of(words: str) -> Spot:
    """The answer that reads so."""
    return next(spot for spot in spots() if spot.verbatim == words)


def codes() -> dict[str, str]:
    return {spot.verbatim: f"{spot.coding.term.code} {spot.coding.how}" for spot in spots() if spot.coding}


def test_it_works(event: Enter, load_terms: Load, subject: Subject) -> None:
    event("fever.")
    event("Something odd")
    load_terms()
    assert code_all() == 1
    commit()
    assert codes() == {"fever.": "1001 EXACT"}
    assert Change.objects.filter(kind="CODE").count() == 1
    assert verify_chain(subject) == []
    assert code_all() == 0


def test_words_of_two_terms_and_words_no_longer_current_wait_for_a_person(event: Enter, load_terms: Load) -> None:
    event("Cold")
    event("Temperature went up")
    load_terms()
    assert code_all() == 0


def test_the_coder_chooses_and_the_words_mean_it_from_now_on(
    event: Enter, load_terms: Load, coder: User, subject: Subject
) -> None:
    event("Hot all over")
    load_terms()
    term = Term.objects.get(code="1002")
    code([of("Hot all over")], term, by=Actor.of(coder), as_synonym=True)
    commit()
    event("hot all  over")
    assert code_all() == 1
    assert codes() == {"Hot all over": "1002 HAND", "hot all  over": "1002 SYNONYM"}
    assert Synonym.objects.get().by == coder
    assert verify_chain(subject) == []


def test_a_changed_answer_is_no_longer_coded(
    event: Enter, load_terms: Load, subject: Subject, coordinator: Actor
) -> None:
    record = event("Fever")
    load_terms()
    code_all()
    place = trial.place_at(subject, "LOG", "AE", record.key)
    trial.save(place, Entry({"aeterm": "Headache today"}), by=coordinator, reason=WHY)
    assert codes() == {}
    assert Coding.objects.count() == 1  # what it was stays on record


def test_a_new_version_carries_over_what_reads_the_same_and_leaves_the_rest_to_a_person(
    event: Enter, load_terms: Load, coder: User
) -> None:
    for words in ("Fever", "Headache", "My words"):
        event(words)
    load_terms()
    code_all()
    code([of("My words")], Term.objects.get(code="1002"), by=Actor.of(coder))
    second = load_terms(FIRST.replace("1004,Headache,Y", "1004,Cephalalgia,Y"), version="2.0")
    assert code_all() == 2
    stands = {spot.verbatim: spot.coding for spot in spots()}
    assert {words: c.dictionary_id == second.pk for words, c in stands.items() if c} == {
        "Fever": True, "Headache": False, "My words": True,
    }  # fmt: skip
    assert stands["My words"]
    assert stands["My words"].how == "CARRIED"


def test_who_saw_an_older_list_codes_nothing(event: Enter, load_terms: Load, coder: User) -> None:
    event("Hot all over")
    load_terms()
    seen, term = of("Hot all over"), Term.objects.get(code="1002")
    code([seen], term, by=Actor.of(coder))
    with pytest.raises(Refused, match="changed or coded meanwhile"):
        code([seen], term, by=Actor.of(coder))


def test_only_current_terms_of_the_version_in_force_are_given(event: Enter, load_terms: Load, coder: User) -> None:
    event("Hot all over")
    load_terms()
    with pytest.raises(Refused, match="not current"):
        code([of("Hot all over")], Term.objects.get(code="1003"), by=Actor.of(coder))
    old = Term.objects.get(code="1002")
    load_terms(version="2.0")
    with pytest.raises(Refused, match="not current"):
        code([of("Hot all over")], old, by=Actor.of(coder))


def test_only_the_data_manager_codes(event: Enter, load_terms: Load, cast: Cast) -> None:
    event("Hot all over")
    load_terms()
    for person in (cast.coordinator, cast.investigator, cast.monitor):
        with pytest.raises(PermissionDenied):
            code([of("Hot all over")], Term.objects.get(code="1002"), by=Actor.of(person))


def test_postgresql_refuses_a_coding_that_no_change_record_carries(event: Enter, load_terms: Load, coder: User) -> None:
    event("Fever")
    load_terms()
    code_all()
    commit()
    made = Coding.objects.get()
    made.pk = None
    with refused():
        made.save(force_insert=True)
    with refused():
        Coding.objects.update(verbatim="x")


def test_a_page_lists_what_waits_and_codes_it(event: Enter, load_terms: Load, coder: User) -> None:
    event("Hot all over")
    load_terms()
    page = client_of(coder)
    assert "Hot all over" in text_of(page.get("/coding/"))
    found = page.get("/coding/words/", {"kind": "MEDDRA", "words": "hot all over", "look": "temperature"})
    assert "High temperature" in text_of(found)
    assert "Temperature went up" not in text_of(found)
    sent = {"kind": "MEDDRA", "words": "hot all over", "spot": of("Hot all over").token}
    answer = page.post("/coding/code/", sent | {"term": Term.objects.get(code="1002").pk})
    assert answer.status_code == 302
    assert "All words are coded" in text_of(page.get("/coding/"))
    assert "1002" in text_of(page.get("/coding/?all=1"))
    assert "coded “Hot all over”" in text_of(page.get("/changes/?kind=CODE"))


def test_nothing_chosen_and_a_stale_page_are_told(event: Enter, load_terms: Load, coder: User) -> None:
    event("Hot all over")
    load_terms()
    page, sent = client_of(coder), {"kind": "MEDDRA", "words": "hot all over"}
    assert page.post("/coding/code/", sent).status_code == 400
    whole = sent | {"spot": of("Hot all over").token, "term": Term.objects.get(code="1002").pk}
    page.post("/coding/code/", whole)
    assert page.post("/coding/code/", whole).status_code == 400  # what was ticked is not there any more
    assert page.get("/coding/words/", {"kind": "MEDDRA", "words": "never said"}).status_code == 404


def test_others_have_no_such_page(cast: Cast) -> None:
    for person in (cast.coordinator, cast.monitor, cast.auditor):
        client: Client = client_of(person)
        assert client.get("/coding/").status_code == 403


def test_the_list_costs_the_same_however_much_there_is(event: Enter, load_terms: Load, coder: User) -> None:
    event("One thing")
    load_terms()
    page = client_of(coder)
    page.get("/coding/")
    few = statements(lambda: page.get("/coding/"))
    for number in range(5):
        event(f"Thing {number}")
    assert statements(lambda: page.get("/coding/")) == few


COMPLETE = {
    "aeterm": "Fever", "aestdat": "2026-03-03", "aeongo": "N", "aeendat": "2026-03-05", "aeout": "RECOVERED/RESOLVED",
    "aetoxgr": "1", "aeser": "N", "aerel": "UNLIKELY", "aerelld": "UNLIKELY", "aeacn": "DOSE NOT CHANGED",
    "aecontrt": "N", "aerepby": "STAFF", "aectcae": "Fever",
}  # fmt: skip


def test_what_is_locked_is_not_coded(event: Enter, load_terms: Load, coder: User, cast: Cast, subject: Subject) -> None:
    record = event("Fever", **{name: value for name, value in COMPLETE.items() if name != "aeterm"})
    place = trial.place_at(subject, "LOG", "AE", record.key)
    verified(cast, place)
    signed(cast, place)
    lock(Target.of_form(trial.place_at(subject, "LOG", "AE", record.key)), cast)
    load_terms()
    assert code_all() == 0
    with pytest.raises(Refused, match="locked"):
        code([of("Fever")], Term.objects.get(code="1002"), by=Actor.of(coder))
