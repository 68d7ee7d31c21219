"""Accounts, sites and memberships are never deleted, and the system's account never signs in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import translation

from accounts.models import Membership, Site, User
from accounts.models.site import known_time_zones
from accounts.testing import Cast, make_person

KEPT = pytest.mark.parametrize("model", [User, Site, Membership])


@pytest.mark.req("ADM-04")
@KEPT
def test_it_works(cast: Cast, model: Any) -> None:
    """Nothing goes, and the row is still there."""
    before = model.objects.count()
    with pytest.raises(models.ProtectedError):
        model.objects.first().delete()
    with pytest.raises(models.ProtectedError):
        model.objects.all().delete()
    assert model.objects.count() == before > 0


@pytest.mark.req("ADM-04")
def test_what_points_at_an_account_or_a_site_holds_it(cast: Cast) -> None:
    """In this app; the tables of the trail are tested with core's protection."""
    pointing = [
        field
        for model in (User, Site, Membership)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    ]
    assert len(pointing) == 4
    assert {field.remote_field.on_delete for field in pointing} == {models.PROTECT}


@pytest.mark.req("ACC-01")
@pytest.mark.parametrize("changes", [{"is_active": True}, {"password": "pbkdf2_sha256$1$a$b"}])
def test_the_system_account_can_be_given_neither_password_nor_life(db: None, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="user_system_cannot_sign_in"), transaction.atomic():
        User.objects.filter(is_system=True).update(**changes)


def test_there_is_one_system_account(db: None) -> None:
    with pytest.raises(IntegrityError, match="user_one_system"), transaction.atomic():
        User.objects.create(username="second", is_system=True, is_active=False, password="!")


def test_the_system_account_has_a_history_from_its_making(db: None) -> None:
    assert User.objects.get(is_system=True).history.get().history_change_reason == "Made with the database"


@pytest.mark.req("ACC-01")
def test_an_address_belongs_to_one_person_whatever_its_capitals(cast: Cast) -> None:
    User.objects.create_user("a.one", full_name="A One", email="a@example.cn")
    with pytest.raises(IntegrityError, match="user_email_once"), transaction.atomic():
        User.objects.create_user("a.two", full_name="A Two", email="A@Example.cn")


def test_many_people_may_have_no_address(cast: Cast) -> None:
    assert User.objects.filter(email="").count() > 2


@pytest.mark.parametrize("username", ["Lin.Yue", "lin yue", "林悦", ".lin", "lin\n", ""])
def test_a_user_name_is_plain_small_letters(db: None, username: str) -> None:
    with pytest.raises(ValidationError) as caught:
        User(username=username, full_name="X", password="!").full_clean()
    assert list(caught.value.message_dict) == ["username"]


@pytest.mark.parametrize("code", ["1", "1a", "١٢", "", "001"])
def test_a_site_number_is_two_digits(db: None, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Site(code=code, name="X").full_clean()
    assert list(caught.value.message_dict) == ["code"]


@pytest.mark.parametrize("code", ["1", "1a", "١٢", ""])
def test_the_database_refuses_another_site_number(db: None, code: str) -> None:
    with pytest.raises(IntegrityError, match="site_code_two_digits"), transaction.atomic():
        Site.objects.create(code=code, name="X")


@pytest.mark.parametrize("zone", ["CST", "UTC+8", "Asia/Atlantis", "../etc/passwd", "asia/shanghai", ""])
def test_a_time_zone_is_a_place(db: None, zone: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Site(code="09", name="X", time_zone=zone).full_clean()
    assert list(caught.value.message_dict) == ["time_zone"]


def test_every_time_zone_that_is_accepted_is_one_postgresql_knows(db: None) -> None:
    """Else a membership at that site would fail when its day is reckoned."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(timezone(name, now())) FROM unnest(%s::text[]) AS name", [sorted(known_time_zones())]
        )
        assert cursor.fetchone() == (len(known_time_zones()),)


@pytest.mark.req("ADM-03")
def test_there_is_no_way_to_a_superuser(db: None) -> None:
    with pytest.raises(CommandError, match="no superuser"):
        call_command("createsuperuser", username="root", full_name="Root", interactive=False)
    assert not User.objects.filter(username="root").exists()


def test_the_password_is_not_in_the_history(cast: Cast) -> None:
    assert "password" not in {field.name for field in User.history.model._meta.get_fields()}


def test_names_follow_the_readers_language(cast: Cast) -> None:
    with translation.override("zh-hans"):
        assert (cast.site.label, cast.site.place) == ("浙江大学医学院附属第一医院", "杭州")
        assert Site(code="03", name="Elsewhere").label == "Elsewhere"
    with translation.override("en"):
        assert cast.site.place == "Hangzhou"
        assert str(make_person("luo.xin", "Luo Xin 罗欣")) == "Luo Xin 罗欣"
