"""The page on which forms are signed, the list of what was signed, and what waits on the home page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.testing import PASSWORD, Cast
from core import signing
from core.actions import crf
from core.crf import read
from core.models import Change, ChangeKind, Signature, Subject
from core.testing.trial import CALM, WHY, save_vs, stored
from core.tests.scenes import client_of, statements, text_of
from core.tests.signing_scenes import enrolled, entered, filed, investigator, sign, vitals

SIGN, LIST = "/subjects/01-001/sign/", "/subjects/01-001/signatures/"


@pytest.fixture
def client(cast: Cast, subject: Subject) -> Client:
    """An investigator ready to sign."""
    return client_of(enrolled(cast.investigator))


def shown(page: Any) -> dict[str, str]:
    """What the page would send back of what it shows, without a tick."""
    return {f"shown-{card.form.ref}": card.shown for card in page.context["cards"]}


def answers(page: Any, *ticked: str, **otherwise: str) -> dict[str, Any]:
    """The page filled in."""
    said = {"meaning": "REVIEWED", "signer": "chen.jing", "password": PASSWORD}
    return {**shown(page), "tick": ticked, **said, **otherwise}


def ticks(page: Any) -> list[str]:
    """The forms whose tick is set."""
    html = page.content.decode()
    marks = html.split('<input type="checkbox" name="tick" value="')[1:]
    return [mark.partition('"')[0] for mark in marks if mark.partition(">")[0].endswith(" checked")]


@pytest.mark.req("SIG-01", "SIG-05")
def test_it_works(client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    vitals(subject, coordinator, "D1")
    page = client.get(SIGN)

    before = text_of(page)
    for words in (
        "Screening · Vital signs",
        "120 mmHg",
        "36.6 °C",
        "Chen Jing 陈静",
        "+08:00",
        "they are complete and",
    ):
        assert words in before, words
    assert client.post(SIGN, answers(page, "SCR.VS.1", "D1.VS.1"))["Location"] == LIST
    after = client.get(LIST)
    assert "Signed: 2 forms, by Chen Jing 陈静 (Investigator)" in text_of(after)
    first = Signature.objects.earliest("id")
    local = first.at + timedelta(hours=8)
    for words in (
        "Chen Jing 陈静 (Investigator)", f"{local:%Y-%m-%d %H:%M:%S} +08:00",
        "I reviewed these data and they are complete and accurate.", "As signed", "Stands",
    ):  # fmt: skip
        assert words in text_of(after), words
    assert "No form waits" in text_of(client.get(SIGN))


def test_nothing_is_ticked_until_it_is_asked_for(client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    vitals(subject, coordinator, "D1")

    assert ticks(client.get(SIGN)) == []
    page = client.get(f"{SIGN}?tick=all")
    assert ticks(page) == ["SCR.VS.1", "D1.VS.1"]
    assert page.content.decode().count(" open>") == 2  # what is ticked is open to be read


def test_one_visit_or_one_form_is_asked_for(client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    vitals(subject, coordinator, "D1")
    entered(subject, "MGADL", coordinator)

    def listed(query: str) -> set[str]:
        return set(shown(client.get(f"{SIGN}?{query}")))

    assert listed("visit=D1") == {"shown-D1.VS.1"}
    assert listed("visit=D1&form=VS&key=1") == {"shown-D1.VS.1"}
    assert {"shown-SCR.VS.1", "shown-D1.VS.1"} == listed("form=VS")
    assert listed("visit=nowhere") == listed("form=%00&key=x%00") == set()
    page = client.get(f"{SIGN}?visit=D1")
    assert client.post(f"{SIGN}?visit=D1", answers(page, "D1.VS.1")).status_code == 302


def test_each_form_shows_state_gaps_queries_and_that_it_was_never_signed(
    client: Client, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator, sysbp="250", pulse="")
    page = text_of(client.get(SIGN))

    for words in ("1 gap", "1 open query", "Never signed", "not answered yet"):
        assert words in page, words


def test_a_missing_reason_rows_and_voids_are_shown(client: Client, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"pulse": ""}, by=coordinator, pulse="ND")
    entered(subject, "CHEM", coordinator)
    entered(subject, "CHEM", coordinator, 1, 1)

    page = client.get(SIGN)
    text = text_of(page)
    assert "Pulse rate Not done" in text
    chemistry = next(card for card in page.context["cards"] if card.form.place.form.code == "CHEM")
    assert [block.voided for block in chemistry.blocks] == [False, False, True, False]
    crf.void(filed_place(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    assert "Screening · Vital signs" in text_of(client.get(SIGN))


def filed_place(subject: Subject, visit: str, code: str) -> Any:
    """A form with its record as it is now."""
    from core.testing.trial import place_at  # noqa: PLC0415

    return filed(place_at(subject, visit, code)).place


@pytest.mark.req("SIG-04")
def test_a_form_signed_before_shows_what_changed_since_and_nothing_else(
    client: Client, cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    place = vitals(subject, coordinator)
    save_vs(subject, CALM | {"weight": "62.5"}, by=coordinator, reason="before the signature")
    sign(place, by=investigator(cast))
    save_vs(subject, CALM | {"weight": "62.5", "sysbp": "130"}, by=coordinator, reason="read again")

    page = text_of(client.get(SIGN))
    for words in (
        "120 mmHg to 130 mmHg",
        "read again",
        "Lin Yue 林悦 (Study coordinator)",
        "Changed since it was signed",
    ):
        assert words in page.replace("120 mmHg 130 mmHg", "120 mmHg to 130 mmHg"), words
    for words in ("36.6 °C", "62.5", "before the signature", "Never signed"):
        assert words not in page, words
    assert "Last signature: Chen Jing 陈静 (Investigator)" in page


def test_an_earlier_difference_that_was_signed_is_not_shown_again(
    client: Client, cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    place = vitals(subject, coordinator)
    for pressure in ("125", "130"):
        sign(place, by=investigator(cast))
        save_vs(subject, CALM | {"sysbp": pressure}, by=coordinator, reason=f"to {pressure}")

    page = text_of(client.get(SIGN))
    assert "to 130" in page
    assert "to 125" not in page


def test_a_form_changed_meanwhile_is_named_and_the_others_stay_ticked(
    client: Client, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator)
    vitals(subject, coordinator, "D1")
    page = client.get(SIGN)
    save_vs(subject, CALM | {"sysbp": "130"}, by=coordinator, reason=WHY)

    answer = client.post(SIGN, answers(page, "SCR.VS.1", "D1.VS.1"))

    assert answer.status_code == 409
    assert answer.context["moved"] == ["Screening · Vital signs"]
    assert "130 mmHg" in text_of(answer)
    assert ticks(answer) == ["D1.VS.1"]
    assert not Signature.objects.exists()
    assert client.post(SIGN, answers(answer, *ticks(answer))).status_code == 302


def test_a_form_signed_meanwhile_is_named(client: Client, cast: Cast, subject: Subject, coordinator: Actor) -> None:
    place = vitals(subject, coordinator)
    page = client.get(SIGN)
    sign(place, by=investigator(cast))

    answer = client.post(SIGN, answers(page, "SCR.VS.1"))

    assert (answer.status_code, answer.context["moved"]) == (409, ["Screening · Vital signs"])
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("forged", ["0:", "1:" + "0" * 64, ""])
def test_what_was_not_shown_cannot_be_signed(forged: str, client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    answer = client.post(SIGN, answers(client.get(SIGN), "SCR.VS.1", **{"shown-SCR.VS.1": forged}))

    assert answer.status_code == 409
    assert not Signature.objects.exists()


@pytest.mark.parametrize("tick", ["", "x", "SCR.NONE.1", "\0", "D1.VS.99999999999999999999"])
def test_a_tick_no_page_of_ours_sent_signs_nothing(
    tick: str, client: Client, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator)
    answer = client.post(SIGN, answers(client.get(SIGN), tick))

    assert answer.status_code == 400
    assert "Tick at least one form" in text_of(answer)


@pytest.mark.parametrize("meaning", ["", "OTHER"])
def test_without_a_meaning_nothing_is_signed(
    meaning: str, client: Client, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator)
    answer = client.post(SIGN, answers(client.get(SIGN), "SCR.VS.1", meaning=meaning))

    assert answer.status_code == 400
    assert "Choose what your signature means." in text_of(answer)
    assert ticks(answer) == ["SCR.VS.1"]
    assert not Signature.objects.exists()


@pytest.mark.req("SIG-04")
def test_the_list_tells_which_change_superseded_a_signature(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    place = vitals(subject, coordinator)
    sign(place, by=investigator(cast))
    save_vs(subject, CALM | {"sysbp": "130"}, by=coordinator, reason=WHY)
    sign(place, by=investigator(cast))

    page = client_of(cast.monitor).get(LIST)
    assert [each.stands for each in page.context["signatures"]] == [True, False]
    text = text_of(page)
    assert "Superseded by a change of Lin Yue 林悦 (Study coordinator)" in text
    assert 'href="/subjects/01-001/visits/SCR/VS/history/"' in page.content.decode()
    assert "Forms to sign" not in text  # the monitor reads, and does not sign


def test_the_list_says_when_nothing_was_signed(cast: Cast, subject: Subject) -> None:
    assert "Nothing was signed yet." in text_of(client_of(cast.auditor).get(LIST))


def test_signing_changes_no_data(client: Client, subject: Subject, coordinator: Actor) -> None:
    before = stored(vitals(subject, coordinator).record)  # type: ignore[arg-type]  # it was just saved
    client.post(SIGN, answers(client.get(SIGN), "SCR.VS.1"))

    after = stored(filed(filed_place(subject, "SCR", "VS")).record)
    assert {name for name in after if after[name] != before[name]} == {"signature_id"}
    assert list(Change.objects.order_by("seq").values_list("kind", flat=True))[-1] == ChangeKind.SIGN


def test_the_pages_cost_the_same_however_many_forms(
    client: Client, cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    def work(*visits: str) -> None:
        """Vital signs, of which some were signed and changed since."""
        for visit in visits:
            place = vitals(subject, coordinator, visit)
            if visit not in ("SCR", "D4"):
                sign(place, by=investigator(cast))
                vitals(subject, coordinator, visit, sysbp="130")

    work("SCR", "D1")
    cost = {url: statements(lambda url=url: client.get(url)) for url in (SIGN, LIST)}  # type: ignore[misc]
    work("D2", "D3", "D4", "D5")

    assert {url: statements(lambda url=url: client.get(url)) for url in (SIGN, LIST)} == cost  # type: ignore[misc]
    assert max(cost.values()) <= 20 + len(read.forms())  # a statement for each kind of form


def test_a_long_list_is_cut_and_says_so(
    client: Client, subject: Subject, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SHOWN", 2)
    for visit in ("SCR", "D1", "D2"):
        vitals(subject, coordinator, visit)
    page = client.get(f"{SIGN}?tick=all")

    assert ticks(page) == ["SCR.VS.1", "D1.VS.1"]
    assert "1 more form waits" in text_of(page)
