"""Personal data entered by mistake are masked by two people; the record stays, the chain still verifies (ADM-09)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Role
from accounts.testing import Cast, join, make_person
from core import masking
from core.actions import crf, mask
from core.actions.entry import Entry
from core.actions.errors import ReasonRequired, Refused
from core.actions.verify import verify_chain
from core.models import Change, ChangeItem, DraftEntry, MaskDecision, MaskRequest, MaskTarget, Subject
from core.testing.forms import enter
from core.testing.trial import commit, place_at, refused, rows_of, sql
from core.tests.scenes import client_of, text_of

NAME = "Zhang San 张三, 13800000000"
WHY = "a name and a mobile number were typed"
PASSPHRASE = "three old wells by the wall"


@pytest.fixture
def investigator(cast: Cast) -> Actor:
    return cast.actor(cast.investigator)


@pytest.fixture
def named(subject: Subject, coordinator: Actor) -> ChangeItem:
    """An adverse event whose term held a name, corrected since; the reason of the correction holds it as well."""
    enter(coordinator, subject, "LOG", "AE", {"aeterm": NAME, "aestdat": "2026-03"})
    place = place_at(subject, "LOG", "AE", 1)
    crf.save(place, Entry({"aeterm": "Fever"}), by=coordinator, reason=f"not {NAME}", revision=1)
    commit()
    return ChangeItem.objects.get(field="aeterm", old__isnull=True)


def masked(subject: Subject, target: MaskTarget, pk: int, asker: Actor, decider: Actor) -> mask.Found:
    request = mask.ask(subject, target, pk, by=asker, reason=WHY)
    found = mask.decide(request, True, by=decider, reason="it is a person's name")
    commit()
    return found


def everything() -> str:
    """All that the trail and the clinical tables say."""
    names = ["core_change", "core_changeitem", "core_query", "core_queryevent", "core_draftentry", "core_maskrequest"]
    names += ["safety_adverseevent", "safety_historicaladverseevent", "core_maskdecision", "core_formstatus"]
    names += ["core_formstatuslog", "accounts_event"]
    return json.dumps([rows_of(name) for name in names], default=str, ensure_ascii=False)


@pytest.mark.req("ADM-09")
def test_it_works(subject: Subject, named: ChangeItem, coordinator: Actor, investigator: Actor) -> None:
    found = masked(subject, MaskTarget.VALUE, named.pk, coordinator, investigator)
    assert found.text == NAME
    items = ChangeItem.objects.filter(field="aeterm").order_by("id")
    assert [(item.old, item.new, item.masked) for item in items] == [
        (None, "[masked]", True),
        ("[masked]", "Fever", True),
    ]
    assert NAME in everything(), "the reason still holds it"
    masked(subject, MaskTarget.REASON, Change.objects.get(reason__contains=NAME).pk, coordinator, investigator)
    assert NAME not in everything()
    assert verify_chain(subject) == []
    kinds = Change.objects.filter(subject=subject).order_by("seq").values_list("kind", "actor_id")
    asked, decided = coordinator.user.pk, investigator.user.pk
    assert list(kinds)[-4:] == [("ASK_MASK", asked), ("MASK", decided)] * 2


@pytest.mark.req("ADM-09")
def test_what_was_typed_and_what_was_asked_go_with_it(
    subject: Subject, named: ChangeItem, coordinator: Actor, investigator: Actor
) -> None:
    place = {"subject": subject, "visit_name": "LOG", "form_code": "AE", "record_key": 0, "user": coordinator.user}
    for typed in ("Zha", NAME[:9], NAME, "Fever"):
        DraftEntry.objects.create(
            **place, page_token="5f0c1e62-1111-4a4a-8888-000000000000", name="aeterm", value=typed
        )
    masked(subject, MaskTarget.VALUE, named.pk, coordinator, investigator)
    values = DraftEntry.objects.order_by("id").values_list("value", flat=True)
    assert list(values) == ["[masked]", "[masked]", "[masked]", "Fever"], "every state of the typing"


@pytest.mark.req("ADM-09")
def test_one_person_alone_masks_nothing(subject: Subject, named: ChangeItem, investigator: Actor) -> None:
    request = mask.ask(subject, MaskTarget.VALUE, named.pk, by=investigator, reason=WHY)
    with pytest.raises(Refused, match="Another person"):
        mask.decide(request, True, by=investigator, reason=WHY)
    assert NAME in everything()


@pytest.mark.req("ADM-09")
def test_nor_by_sql(subject: Subject, named: ChangeItem, coordinator: Actor, investigator: Actor) -> None:
    request = mask.ask(subject, MaskTarget.VALUE, named.pk, by=coordinator, reason=WHY)
    decision = mask.decide(request, False, by=investigator, reason="no person is named")
    assert decision.text == ""
    for statement in (
        f"SELECT trail_mask({MaskDecision.objects.get().pk})",  # noqa: S608
        "SELECT trail_mask(99)",
    ):
        with refused("nobody granted it"):
            sql(statement)
    with refused("permission denied"):
        sql("UPDATE core_changeitem SET masked = true")
    with refused("permission denied"):
        sql("SELECT set_config('trail.masking', pg_current_xact_id()::text, true); UPDATE core_change SET reason = ''")
    with refused("another person must decide"):
        values = "change_id, request_id, granted, at, actor_id, actor_name, role"
        sql(
            f"INSERT INTO core_maskdecision ({values}) SELECT change_id, id, true, at, actor_id, actor_name, role"  # noqa: S608
            " FROM core_maskrequest"
        )
    assert NAME in everything()


@pytest.mark.req("ADM-09")
def test_the_present_value_is_corrected_first(subject: Subject, coordinator: Actor) -> None:
    enter(coordinator, subject, "LOG", "AE", {"aeterm": NAME, "aestdat": "2026-03"})
    item = ChangeItem.objects.get(field="aeterm")
    with pytest.raises(Refused, match="still the present value"):
        mask.ask(subject, MaskTarget.VALUE, item.pk, by=coordinator, reason=WHY)


@pytest.mark.parametrize("field", ["aestdat", "aeser", "form_version"])
def test_only_texts_are_masked(subject: Subject, coordinator: Actor, field: str) -> None:
    enter(coordinator, subject, "LOG", "AE", {"aeterm": "Fever", "aestdat": "2026-03", "aeser": "N"})
    item = ChangeItem.objects.get(field=field)
    with pytest.raises(Refused, match="no such text"):
        mask.ask(subject, MaskTarget.VALUE, item.pk, by=coordinator, reason=WHY)


def test_it_is_asked_once_and_with_a_reason(subject: Subject, named: ChangeItem, coordinator: Actor) -> None:
    with pytest.raises(ReasonRequired):
        mask.ask(subject, MaskTarget.VALUE, named.pk, by=coordinator, reason=" ")
    mask.ask(subject, MaskTarget.VALUE, named.pk, by=coordinator, reason=WHY)
    with pytest.raises(Refused, match="already asked"):
        mask.ask(subject, MaskTarget.VALUE, named.pk, by=coordinator, reason=WHY)


@pytest.mark.req("ADM-09")
def test_by_the_pages(cast: Cast, subject: Subject, named: ChangeItem) -> None:
    ask = reverse("mask-ask", args=["01-001", "value", named.pk])
    assert NAME in text_of(client_of(cast.coordinator).get(ask))
    assert client_of(cast.coordinator).post(ask, {"reason": ""}).status_code == 400
    assert client_of(cast.coordinator).post(ask, {"reason": WHY}).status_code == 302
    request = MaskRequest.objects.get()
    decide = reverse("mask-decide", args=["01-001", request.pk])
    page = text_of(client_of(cast.investigator).get(reverse("mask-list", args=["01-001"])))
    assert WHY in page
    assert NAME not in page
    short = client_of(cast.investigator).post(decide, {"reason": "so", "passphrase": "short", "granted": "on"})
    assert short.status_code == 400
    assert "Choose at least 12 characters." in text_of(short)
    said = {"reason": "a name", "passphrase": PASSPHRASE, "granted": "on"}
    answer = client_of(cast.investigator).post(decide, said)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert NAME not in answer.content.decode()
    assert masking.opened(answer.content.decode(), PASSPHRASE) == NAME
    with pytest.raises(masking.WrongPassphrase):
        masking.opened(answer.content.decode(), PASSPHRASE + "!")
    again = client_of(cast.investigator).post(decide, said)
    assert again.status_code == 409
    assert "[masked]" in client_of(cast.monitor).get("/subjects/01-001/visits/LOG/AE/1/history/").content.decode()


@pytest.mark.req("ADM-09")
@pytest.mark.parametrize(
    ("role", "asks", "decides"),
    [
        ("coordinator", 200, 403), ("investigator", 200, 404), ("monitor", 403, 403), ("data_manager", 200, 403),
        ("auditor", 403, 403), ("administrator", 403, 403), ("other_coordinator", 404, 403),
        ("other_investigator", 404, 404),
    ],
)  # fmt: skip
def test_who_may_ask_and_decide(
    cast: Cast, subject: Subject, named: ChangeItem, role: str, asks: int, decides: int
) -> None:
    client = client_of(getattr(cast, role))
    assert client.get(reverse("mask-ask", args=["01-001", "value", named.pk])).status_code == asks
    assert client.post(reverse("mask-decide", args=["01-001", 999])).status_code == decides


def test_a_second_investigator_decides_what_the_first_asked(
    cast: Cast, subject: Subject, named: ChangeItem, investigator: Actor
) -> None:
    second = join(make_person("ma.li", "Ma Li 马丽"), Role.INVESTIGATOR, cast.site, cast.investigator)
    masked(subject, MaskTarget.VALUE, named.pk, investigator, cast.actor(second))
    assert verify_chain(subject) == []


def test_the_sealed_original_opens_at_the_site(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    file = tmp_path / "masked.json"
    file.write_text(masking.sealed(NAME, PASSPHRASE, salt=b"0" * 16, subject="01-001"), "utf-8")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSPHRASE)
    call_command("open_masked", file)
    assert NAME in capsys.readouterr().out
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "another")
    with pytest.raises(CommandError, match="does not open"):
        call_command("open_masked", file)
