"""What the lines of the change list are asked for by: an item of a name, who wrote it, the words of the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Exists, F, Func, OuterRef, Q

from core.crf import read
from core.crf.rules import VISIT
from core.models import Crf, CrfRow, Query, QueryEvent, Recorded, Side, Visit
from core.standing import VERIFIED
from core.wording.fields import MISSING


@dataclass(frozen=True)
class Named:
    """An item that goes by the words asked for: where the trail keeps it, and where queries say they are about it."""

    table: str
    name: str
    form: str
    group: str

    def marks(self, by: tuple[str, ...]) -> Iterator[str]:
        """How the index names it."""
        yield from (f"{who}:{self.table}.{self.name}" for who in by)
        yield f"asked:{self.form}.{self.group}.{self.name}"


def lines_of(items: Iterable[Named]) -> Q:
    """Their values, missing reasons and verifications, and the steps of queries about them."""
    fields: dict[str, list[str]] = defaultdict(list)
    asked: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in items:
        fields[item.table] += [item.name, MISSING + item.name, VERIFIED + item.name]
        asked[item.form, item.group].append(item.name)
    found = Q()
    for table, names in fields.items():
        found |= Q(table_name=table, field__in=names)
    for model, prefix in ((Query, ""), (QueryEvent, "query__")):
        about = Q()
        for (form, group), names in asked.items():
            about |= Q(**{f"{prefix}form_code": form, f"{prefix}group": group, f"{prefix}field__in": names})
        rows: Any = model._default_manager.filter(about, pk=OuterRef("row_id"))
        found |= Q(Exists(rows), table_name=model._meta.db_table)
    return found


def by_system() -> Q:
    """Lines no person wrote: derived values, the system's own queries, and what it did by itself."""
    step = QueryEvent.objects.filter(pk=OuterRef("row_id"), role="")
    asked = Query.objects.filter(pk=OuterRef("row_id"), side=Side.SYSTEM)
    return (
        ~Q(system_rule="")
        | Q(change__role="")
        | Q(Exists(step), table_name=QueryEvent._meta.db_table)
        | Q(Exists(asked), table_name=Query._meta.db_table)
    )


def named(words: str, form: str = "") -> Iterator[Named]:
    """Every item with these words in its label or its name; of one form and its visit where a form is given."""
    for model in read.recorded_models():
        place = _place(model)
        if form and place[0] not in (form, VISIT):
            continue
        for item in read.items(model):
            if words.lower() in f"{item.label}\n{item.name}".lower():
                yield Named(model._meta.db_table, item.name, *place)


def _place(model: type[Recorded]) -> tuple[str, str]:
    if issubclass(model, CrfRow):
        form: Any = model.rows.form
        return str(form.crf.code), model.rows.name
    if issubclass(model, Crf):
        return model.crf.code, ""
    return (VISIT, "") if issubclass(model, Visit) else ("", "")


def words_of(typed: str) -> tuple[str, ...]:
    """What PostgreSQL makes of words: stems of English ones, characters and pairs of Chinese ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(trail_words(%s))", [typed])
        return tuple(cursor.fetchone()[0])


def has_words(words: tuple[str, ...]) -> Any:
    """A condition: the reason has all of these words."""
    kept: ArrayField[Any, Any] = ArrayField(models.TextField())
    said = Func(Func(F("reason"), function="trail_words"), function="tsvector_to_array", output_field=kept)
    contains: Any = kept.get_lookup("contains")
    return contains(said, list(words))
