"""The annotated case report form: each form as a page of Markdown, names and targets beside the questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.crf import snapshot
from core.crf.items import FormDef, Item
from core.crf.provenance import own


def page(form: FormDef) -> str:
    """A form as Markdown: what is asked, in both languages, with its name, type, range, condition and SDTM target."""
    lines = [f"# {form.code}: {_both(form.title)}", "", f"Version {form.version}. Domain {form.domain}.", ""]
    lines += _table(own(form.items))
    for group in form.rows:
        lines += ["", f"## {group.name}: {_both(group.label)}", "", "Repeating rows.", "", *_table(group.items)]
    rules = [*form.rules, *(rule for group in form.rows for rule in group.rules)]
    if rules:
        lines += ["", "## Edit checks", "", "| id | reads | says |", "|---|---|---|"]
        lines += [f"| {rule.id} | {', '.join(rule.reads)} | {_both(rule.message)} |" for rule in rules]
    derivations = [*form.derivations, *(each for group in form.rows for each in group.derivations)]
    if derivations:
        lines += ["", "## Derived values", "", "| item | rule | from |", "|---|---|---|"]
        lines += [f"| {d.target} | {d.author} | {', '.join(d.reads)} |" for d in derivations]
    return "\n".join(lines) + "\n"


def _table(items: Iterable[Item]) -> Iterator[str]:
    yield "| item | question | answer | expected | asked if | SDTM |"
    yield "|---|---|---|---|---|---|"
    for item in items:
        if item.heading:
            yield f"| | **{_both(item.heading)}** | | | | |"
        cells = [item.name, _both(item.label), _answer(item), _expected(item), _asked(item), item.sdtm]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _both(text: Any) -> str:
    both = snapshot.both(text)
    return both["en"] if both["en"] == both["zh"] else f"{both['en']} / {both['zh']}"


def _answer(item: Item) -> str:
    codes = ", ".join(f"{code.code} = {_both(code.label)}" for code in item.codes)
    kind = f"{item.kind.value}: {codes}" if codes else item.kind.value
    unit = f", {item.unit}" if item.unit else ""
    return f"{kind}{unit}{', derived' if item.derived else ''}{', optional' if item.optional else ''}"


def _expected(item: Item) -> str:
    limits = [
        f"at least {item.low}" if item.low is not None else "",
        f"at most {item.high}" if item.high is not None else "",
    ]
    return ", ".join(limit for limit in limits if limit)


def _asked(item: Item) -> str:
    return f"{item.asked_if[0]} = {' or '.join(item.asked_if[1])}" if item.asked_if else ""
