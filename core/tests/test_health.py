"""The health page: well, or not, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from core.testing.databases import owner_connection
from core.views.health import KEY


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.delete(KEY)
    yield
    cache.delete(KEY)


def test_it_works(db: None) -> None:
    answer = Client().get("/health/")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": "0.1.0", "database": "up", "protection_faults": 0}


@pytest.mark.req("ADM-06")
def test_it_tells_that_protection_is_missing(committed_db: str) -> None:
    with owner_connection(committed_db) as owner:
        owner.execute("DROP TRIGGER append_only ON core_change")

    answer = Client().get("/health/")

    assert answer.status_code == 503
    assert answer.json()["protection_faults"] == 1
