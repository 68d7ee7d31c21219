"""Signatures belong to one known person: identity checked by another, names and addresses never passed on (SIG-06)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Site, User
from accounts.testing import SINCE, Cast, make_person
from accounts.tests.conftest import SignedIn
from accounts.tests.test_admin import PEOPLE, SITES, person_data

pytestmark = pytest.mark.req("SIG-06")


def seen(by: User, on: str = "2026-03-02") -> dict[str, str]:
    return {"identity_checked_on": on, "identity_checked_by": str(by.pk)}


def test_it_works(cast: Cast, signed_in: SignedIn) -> None:
    page = f"{PEOPLE}{cast.monitor.pk}/change/"
    data = person_data(cast.monitor, **seen(cast.administrator))
    assert signed_in(cast.administrator).post(page, data).status_code == 302
    cast.monitor.refresh_from_db()
    assert (cast.monitor.identity_checked_on, cast.monitor.identity_checked_by) == (
        date(2026, 3, 2),
        cast.administrator,
    )
    assert cast.monitor.history.latest().identity_checked_by == cast.administrator


def test_the_investigators_of_the_cast_can_sign(cast: Cast) -> None:
    for person in (cast.investigator, cast.other_investigator):
        assert (person.identity_checked_on, person.identity_checked_by) == (SINCE, cast.administrator)
        assert person.equivalence_at is None


@pytest.mark.parametrize(
    ("field", "words"),
    [("identity_checked_on", "Give both the day of the identity check"), ("identity_checked_by", "Give both the day")],
)
def test_half_a_check_is_refused(cast: Cast, signed_in: SignedIn, field: str, words: str) -> None:
    data = person_data(cast.monitor, **seen(cast.administrator)) | {field: ""}
    answer = signed_in(cast.administrator).post(f"{PEOPLE}{cast.monitor.pk}/change/", data)
    assert words in answer.content.decode()


def test_nobody_checks_their_own_identity(cast: Cast, signed_in: SignedIn) -> None:
    data = person_data(cast.monitor, **seen(cast.monitor))
    answer = signed_in(cast.administrator).post(f"{PEOPLE}{cast.monitor.pk}/change/", data)
    assert "Nobody checks their own identity" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"identity_checked_on": None}, "user_identity_pair"),
        ({"identity_checked_by": None}, "user_identity_pair"),
        ({"identity_checked_by": "self"}, "user_identity_not_by_oneself"),
    ],
)
def test_the_database_refuses_it_too(cast: Cast, changes: dict[str, Any], constraint: str) -> None:
    person = cast.investigator
    for name, value in changes.items():
        setattr(person, name, person if value == "self" else value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        person.save()


def test_the_statement_on_the_signature_is_not_made_for_somebody(cast: Cast, signed_in: SignedIn) -> None:
    data = person_data(cast.monitor, full_name="Zhao Lei", equivalence_at="2026-03-02 08:00")
    signed_in(cast.administrator).post(f"{PEOPLE}{cast.monitor.pk}/change/", data)
    cast.monitor.refresh_from_db()
    assert (cast.monitor.full_name, cast.monitor.equivalence_at) == ("Zhao Lei", None)


@pytest.mark.parametrize("address", ["old@example.cn", "Old@Example.CN"])
def test_a_former_address_is_never_another_persons(cast: Cast, signed_in: SignedIn, address: str) -> None:
    person = make_person("luo.xin", "Luo Xin 罗欣", email="old@example.cn")
    person.email = "new@example.cn"
    person.save()
    data = person_data(cast.monitor, email=address)
    answer = signed_in(cast.administrator).post(f"{PEOPLE}{cast.monitor.pk}/change/", data)
    assert "belonged to another person" in answer.content.decode()
    with pytest.raises(IntegrityError, match="was another person's"), transaction.atomic():
        make_person("feng.ke", "Feng Ke 冯珂", email=address)


def test_ones_own_former_address_may_come_back(cast: Cast) -> None:
    person = make_person("luo.xin", "Luo Xin 罗欣", email="old@example.cn")
    for address in ("new@example.cn", "old@example.cn"):
        person.email = address
        person.full_clean()
        person.save()
    assert User.objects.get(email="old@example.cn") == person


def test_a_former_user_name_is_never_made_again(cast: Cast, signed_in: SignedIn) -> None:
    cast.monitor.is_active = False
    cast.monitor.save()
    data = person_data(cast.monitor) | {"username": "zhao.lei"}
    answer = signed_in(cast.administrator).post(f"{PEOPLE}add/", data)
    assert "User names are never used again" in answer.content.decode()


@pytest.mark.req("ADM-08")
def test_a_site_has_recipients_of_its_seals(cast: Cast, signed_in: SignedIn) -> None:
    site = cast.site
    told = {"name": site.name, "name_zh": site.name_zh, "city": site.city, "city_zh": site.city_zh}
    lines = " archive@zyyy.example \r\n\r\nlin.yue@zyyy.example\r\n"
    data = {**told, "time_zone": site.time_zone, "is_active": "on", "change_reason": "x", "seal_recipients": lines}
    page = f"{SITES}{site.pk}/change/"
    assert signed_in(cast.administrator).post(page, data).status_code == 302
    assert Site.objects.get(pk=site.pk).seal_addresses == ["archive@zyyy.example", "lin.yue@zyyy.example"]
    wrong = signed_in(cast.administrator).post(page, {**data, "seal_recipients": "a@b.example, c@d.example"})
    assert "Write one address on each line" in wrong.content.decode()


@pytest.mark.parametrize("value", ["nobody", "a@b.example\nnobody", "a@b.example c@d.example"])
def test_what_is_no_address_takes_no_seal(cast: Cast, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Site(code="03", name="Third", seal_recipients=value).full_clean()
    assert list(caught.value.message_dict) == ["seal_recipients"]


def test_a_site_without_recipients_has_none(cast: Cast) -> None:
    assert cast.site.seal_addresses == []
