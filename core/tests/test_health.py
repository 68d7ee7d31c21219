"""The health page: well, or not, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.testing.databases import name_in_use, owner_connection
from core.views.health import faults_in


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    faults_in.cache_clear()
    yield
    faults_in.cache_clear()


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


def test_it_tells_at_once_that_the_database_is_gone(committed_db: str) -> None:
    assert Client().get("/health/").status_code == 200

    with name_in_use("no_such_database"):
        answer = Client().get("/health/")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "version": "0.1.0", "database": "down", "protection_faults": None}


def test_it_answers_without_redis(db: None, settings: Any) -> None:
    nowhere = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = {"default": nowhere}

    assert Client().get("/health/").status_code == 200
