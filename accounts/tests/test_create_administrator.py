"""The first administrator is made on the server, once."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.testing import Cast

WHO = {"username": "wang.min", "full_name": "Wang Min"}


def test_it_works(db: None, client: Client) -> None:
    out = StringIO()
    call_command("create_administrator", **WHO, stdout=out)
    person = User.objects.get(username="wang.min")
    assert Actor.of(person).can(Permission.MANAGE_ACCOUNTS)
    assert not person.has_usable_password()
    assert client.get(out.getvalue().split()[-1]).status_code == 200
    assert person.history.get().history_user.is_system


@pytest.mark.req("ADM-03")
def test_it_refuses_while_there_is_an_administrator(cast: Cast) -> None:
    with pytest.raises(CommandError, match="There is an administrator"):
        call_command("create_administrator", username="feng.ke", full_name="Feng Ke")
    assert not User.objects.filter(username="feng.ke").exists()


def test_it_helps_when_the_only_administrator_has_left(cast: Cast) -> None:
    line = Membership.objects.get(user=cast.administrator)
    line.to_on = date(2021, 1, 1)
    line.save()
    call_command("create_administrator", username="feng.ke", full_name="Feng Ke", stdout=StringIO())
    assert Actor.of(User.objects.get(username="feng.ke")).can(Permission.MANAGE_SITES)


def test_a_bad_name_is_refused_in_words(db: None) -> None:
    with pytest.raises(CommandError, match="small letters"):
        call_command("create_administrator", username="Wang Min", full_name="Wang Min")
    assert not Membership.objects.exists()
