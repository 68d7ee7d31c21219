"""Fixtures of the tests that act on subjects: the cast, a coordinator at work, a subject in screening."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.actor import Actor
from accounts.testing import Cast, make_cast
from core.actions import subject as subjects
from core.models import Subject
from core.protection import watch


@pytest.fixture(autouse=True)
def _watch_at_rest() -> Iterator[None]:
    """What one test's watch found missing says nothing about the next test's database."""
    yield
    cache.delete(watch.KEY)


@pytest.fixture
def cast(db: None) -> Cast:
    """One person per role at two sites."""
    return make_cast()


@pytest.fixture
def coordinator(cast: Cast) -> Actor:
    """Enters data at site 01."""
    return cast.actor(cast.coordinator)


@pytest.fixture
def colleague(cast: Cast) -> Actor:
    """Enters data at the same site."""
    return cast.actor(cast.coordinator2)


@pytest.fixture
def monitor(cast: Cast) -> Actor:
    """Reads and asks."""
    return cast.actor(cast.monitor)


@pytest.fixture
def subject(cast: Cast, coordinator: Actor) -> Subject:
    """01-001, just added."""
    return subjects.add(cast.site, by=coordinator)
