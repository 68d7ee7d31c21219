"""How the trail's index keeps places, and in which order its stretches are looked at."""

from __future__ import annotations

import random

import pytest
from django.db import connection

from core.models.trail_search import STRETCH
from core.trail_search import Span, bits_of, places, unpacked, windows


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, STRETCH])
def test_the_database_packs_places_as_they_are_unpacked(db: None, count: int) -> None:
    chosen = sorted(random.Random(count).sample(range(STRETCH), count))  # noqa: S311  (a sample, no secret)
    packed = b"".join(place.to_bytes(2, "big") for place in chosen)
    if count >= 512:
        with connection.cursor() as cursor:
            cursor.execute("SELECT trail_bits(%s)", [chosen])
            packed = bytes(cursor.fetchone()[0])
    assert places(unpacked(packed)) == chosen
    assert unpacked(packed) == bits_of(chosen)


def test_windows_cover_every_stretch_once_from_either_end() -> None:
    for newest_first in (True, False):
        seen = [number for span in windows(3, 200, newest_first) for number in range(span.low, span.high + 1)]
        assert sorted(seen) == list(range(3, 201))
    assert next(windows(3, 200, True)) == Span(199, 200)
    assert next(windows(3, 200, False)) == Span(3, 4)
