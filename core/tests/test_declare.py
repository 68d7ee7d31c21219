"""From one declaration follow column, constraint and migration; wording and ranges make no migration."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter

from core.crf import declare, read
from core.crf.items import Kind


class Levels(models.TextChoices):
    """A code list of the tests' own."""

    LOW = "L", "Low"
    HIGH = "H'", "High"


WORDS: dict[Kind, Any] = {
    Kind.TEXT: lambda label, **o: declare.text(label, length=50, **o),
    Kind.CODED: lambda label, **o: declare.coded(label, Levels, **o),
    Kind.SEVERAL: lambda label, **o: declare.several(label, Levels, **o),
    Kind.INTEGER: lambda label, **o: declare.integer(label, limits=(1, 9), **o),
    Kind.DECIMAL: lambda label, **o: declare.decimal(label, digits=5, places=2, **o),
    Kind.DATE: declare.date,
    Kind.PARTIAL_DATE: declare.partial_date,
    Kind.TIME: declare.time,
    Kind.MOMENT: declare.moment,
    Kind.MEASURED: declare.measured,
    Kind.FILE: declare.file,
}


def test_it_works() -> None:
    """Every kind has its word, which gives a nullable field that carries the item."""
    assert set(WORDS) == set(Kind)
    for kind, word in WORDS.items():
        field = word("Question", unit="kg", asked_if=("vsperf", "Y"))
        assert (field.item.kind, field.item.label, field.item.unit) == (kind, "Question", "kg")
        assert (field.item.asked_if, field.null, field.blank) == (("vsperf", ("Y",)), True, True)


@pytest.mark.parametrize("kind", WORDS)
def test_wording_makes_no_migration(kind: Kind) -> None:
    before = WORDS[kind]("Question", help="Help", heading="Heading", sdtm="X")
    after = WORDS[kind]("Another question", unit="kg", asked_if=("vsperf", "Y"), optional=True, since=2)
    assert before.deconstruct()[1:] == after.deconstruct()[1:]


def test_codes_limits_and_length_make_one() -> None:
    class More(models.TextChoices):
        LOW = "L", "Low"

    pairs = [
        (declare.coded("Q", Levels), declare.coded("Q", More)),
        (declare.several("Q", Levels), declare.several("Q", More)),
        (declare.integer("Q", limits=(1, 9)), declare.integer("Q", limits=(1, 10))),
        (declare.decimal("Q", digits=5), declare.decimal("Q", digits=6)),
        (declare.text("Q", length=5), declare.text("Q", length=6)),
    ]
    for before, after in pairs:
        assert before.deconstruct()[1:] != after.deconstruct()[1:]


@pytest.mark.parametrize("kind", WORDS)
def test_a_migration_can_write_and_clone_it(kind: Kind) -> None:
    field = WORDS[kind]("Question")
    field.set_attributes_from_name("answer")
    text, imports = MigrationWriter.serialize(field)
    assert "Question" not in text
    assert any("core.crf" in line for line in imports)
    assert field.clone().deconstruct()[1:] == field.deconstruct()[1:]


def test_a_name_is_written_once() -> None:
    for form in read.forms():
        for item in form.items:
            assert form.model._meta.get_field(item.name).item.name == item.name  # type: ignore[union-attr]


def test_a_code_with_a_quote_is_quoted(db: None) -> None:
    field = declare.coded("Q", Levels)
    field.set_attributes_from_name("answer")
    assert field.db_check(connection) == "\"answer\" IN ('L', 'H''')"


def test_every_condition_is_a_constraint_of_the_table(db: None) -> None:
    for form in read.forms():
        for model, items in ((form.model, form.items), *((group.model, group.items) for group in form.rows)):
            with connection.cursor() as cursor:
                there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            wanted = {f"{model._meta.db_table}_{item.name}_asked" for item in items if item.asked_if}
            assert wanted <= set(there)


def test_the_migrations_are_what_is_declared(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
