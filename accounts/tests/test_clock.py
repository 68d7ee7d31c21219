"""Clocks that differ are an event and told to administrators, once (TIM-02)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from accounts.clock import TOLD, ahead, check
from accounts.models import Event, EventKind
from accounts.testing import Cast

pytestmark = pytest.mark.req("TIM-02")


@pytest.fixture(autouse=True)
def _untold() -> Iterator[None]:
    cache.delete(TOLD)
    yield
    cache.delete(TOLD)


def out_by(**difference: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**difference))


def clocks() -> list[Event]:
    return list(Event.objects.filter(kind=EventKind.CLOCK).order_by("seq"))


@pytest.fixture
def administrator(cast: Cast) -> Cast:
    cast.administrator.email = "wang.min@example.cn"
    cast.administrator.save()
    return cast


@pytest.mark.parametrize("difference", [{"minutes": 10}, {"minutes": -10}, {"seconds": 7}])
def test_it_works(administrator: Cast, difference: dict[str, int]) -> None:
    with out_by(**difference):
        assert check() == 1
    (event,) = clocks()
    expected = timedelta(**difference).total_seconds()
    assert abs(event.detail["seconds_ahead_of_database"] - expected) < 2
    assert event.actor_name == "System"
    (letter,) = mail.outbox
    assert letter.to == ["wang.min@example.cn"]
    assert f"Event {event.seq} of the trial" in letter.body


def test_clocks_that_go_together_are_no_event(administrator: Cast) -> None:
    assert abs(ahead()) < timedelta(seconds=2)
    assert check() == 0
    assert (clocks(), mail.outbox) == ([], [])


def test_a_clock_that_stays_out_of_step_is_told_once(administrator: Cast) -> None:
    with out_by(minutes=10):
        assert [check(), check(), check()] == [1, 0, 0]
    assert (len(clocks()), len(mail.outbox)) == (1, 1)


def test_a_clock_of_the_database_that_was_set_back_is_told(administrator: Cast) -> None:
    """The database records it itself (core/protection/events.sql)."""
    Event.objects.create(kind=EventKind.CLOCK, what="database")
    assert [check(), check()] == [1, 0]
    assert "“database”" in mail.outbox[0].body


def test_who_has_left_or_has_no_address_gets_no_letter(cast: Cast) -> None:
    cast.monitor.email = "zhao.lei@example.cn"
    cast.monitor.save()
    with out_by(minutes=10):
        assert check() == 1
    assert mail.outbox == []


def test_a_mail_server_that_is_down_loses_no_event(administrator: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with out_by(minutes=10):
        assert check() == 1
    assert len(clocks()) == 1
