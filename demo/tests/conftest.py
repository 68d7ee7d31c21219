"""The demo trial is loaded once for all the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from core.testing.databases import clone, name_in_use


def run(**options: object) -> str:
    """What `manage.py demo` says."""
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with the demo trial as of today; gives what the command said. Tests leave it as they found it."""
    with django_db_blocker.unblock(), clone() as name, name_in_use(name):
        yield run()
