"""The demo trial is loaded once for all the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from core.models import WHOLE, ChangeItem
from core.testing.databases import clone, name_in_use

Data = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Told:
    """The demo as it was loaded: what the command said, and all that was entered."""

    said: str
    data: Data


def run(**options: object) -> str:
    """What `manage.py demo` says."""
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


def data(site: str = "") -> Data:
    """All that was entered, subject by subject and in order, without ids, times and salts."""
    items = ChangeItem.objects.exclude(field__in=(WHOLE, "signature_id")).order_by(
        "change__subject__number", "change__seq", "id"
    )
    act = [f"change__{name}" for name in ("actor_name", "visit_name", "form_code", "reason")]
    what = ["table_name", "row_key", "field", "old", "new", "system_rule"]
    found = items.filter(change__subject__number__startswith=site)
    return list(found.values_list("change__subject__number", *act, *what))


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Told]:
    """A database with the demo trial as of today. Tests leave it as they found it."""
    with django_db_blocker.unblock(), clone() as name, name_in_use(name):
        yield Told(run(), data())
