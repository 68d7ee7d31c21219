"""What an act did to one field of the casebook, as a sentence: entered, changed, computed, voided, verified, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.models import DATA_KINDS, Change, ChangeItem, ChangeKind, Signature
from core.standing import SIGNATURE, VERIFIED
from core.wording.fields import VOIDED, Field, Value, table_title
from core.wording.people import Who, system
from core.wording.places import Where
from core.wording.sentences import Sentence, Shown


class Verb:
    """The kinds of sentence."""

    ENTER = ChangeKind.CREATE.value
    CHANGE = ChangeKind.CHANGE.value
    VOID = ChangeKind.VOID.value
    RESTORE = "RESTORE"
    VERIFY = ChangeKind.VERIFY.value
    WITHDRAW = "WITHDRAW"
    FALL = "FALL"
    SIGN = ChangeKind.SIGN.value
    SUPERSEDE = "SUPERSEDE"
    ADD = "ADD"


@dataclass(frozen=True)
class Done:
    """One changed field with all that its sentence needs."""

    verb: str
    kind: str
    who: Who
    where: Where
    item: ChangeItem
    field: Field
    row: str
    old: Value | None
    new: Value | None
    url: str
    signatures: Mapping[int, Signature]


def verb_of(change: Change, item: ChangeItem) -> str:
    """What was done to the field."""
    if item.field == SIGNATURE:
        return Verb.SIGN if item.new is not None else Verb.SUPERSEDE
    if item.field.startswith(VERIFIED):
        if item.new:
            return Verb.VERIFY
        return Verb.FALL if change.kind in DATA_KINDS else Verb.WITHDRAW
    if item.field == VOIDED:
        return Verb.VOID if item.new else Verb.RESTORE
    return Verb.ENTER if item.old is None else Verb.CHANGE


def tell(done: Done) -> Sentence:
    """A sentence without its full stop."""
    parts = {"who": _who(done), "what": _what(done)}
    if done.verb in (Verb.ENTER, Verb.CHANGE):
        same = done.old is not None and done.new is not None and bool(done.old.bare and done.new.bare)
        values = {"old": Shown(done.old, is_old=True, bare=same), "new": Shown(done.new)}
        return Sentence(_computed(done) if done.item.system_rule else _typed(done), parts | values)
    if done.verb in (Verb.SIGN, Verb.SUPERSEDE):
        number = done.item.old if done.verb == Verb.SUPERSEDE else done.item.new
        signature = done.signatures.get(number)
        parts["name"] = signature.actor_name if signature else str(number)
    return Sentence(PATTERNS[done.verb](), parts)


def _who(done: Done) -> str:
    return system(done.item.system_rule) if done.item.system_rule else done.who.full


def _typed(done: Done) -> str:
    """Entered for the first time only where the record itself was: what was emptied and filled again is changed."""
    if done.old is None and done.kind == ChangeKind.AFTER_LOCK:
        return _("%(who)s entered %(what)s after a freeze or lock: %(new)s")
    if done.old is not None or done.kind != ChangeKind.CREATE:
        return _("%(who)s changed %(what)s from %(old)s to %(new)s")
    return _("%(who)s entered %(what)s for the first time: %(new)s")


def _computed(done: Done) -> str:
    if done.old is None:
        return _("%(who)s computed %(what)s: %(new)s")
    return _("%(who)s computed %(what)s anew, from %(old)s to %(new)s")


PATTERNS = {
    Verb.VOID: lambda: _("%(who)s voided %(what)s"),
    Verb.RESTORE: lambda: _("%(who)s took %(what)s back into use"),
    Verb.VERIFY: lambda: _("%(who)s verified %(what)s against the source"),
    Verb.WITHDRAW: lambda: _("%(who)s withdrew the verification of %(what)s"),
    Verb.FALL: lambda: _("The verification of %(what)s fell, because the value changed"),
    Verb.SIGN: lambda: _("%(what)s now stands under the signature of %(name)s"),
    Verb.SUPERSEDE: lambda: _("The signature of %(name)s on %(what)s is superseded, because the data changed"),
}


def _what(done: Done) -> Sentence:
    """The item in its place; for a void or a signature the record or the row itself."""
    beside = table_title(done.item.table_name)
    if done.verb in (Verb.VOID, Verb.RESTORE, Verb.SIGN, Verb.SUPERSEDE):
        return done.where.of_item(done.row) if done.row and not beside else done.where.of_record()
    marked = done.verb in (Verb.VERIFY, Verb.WITHDRAW, Verb.FALL)
    label = Field(done.field.table, done.field.item_name, done.field.version).label if marked else done.field.label
    if done.row and not beside:
        label = _("%(row)s: %(item)s") % {"row": done.row, "item": label}
    return done.where.of_item(label, done.url, inside=not beside)


def many(verb: str, count: int, who: str, what: Sentence) -> Sentence | None:
    """Several lines of one kind as one sentence; None for what is told line by line."""
    patterns = {
        Verb.ENTER: _("%(who)s entered %(count)s values in %(what)s"),
        Verb.VERIFY: _("%(who)s verified %(count)s items of %(what)s against the source"),
        Verb.WITHDRAW: _("%(who)s withdrew the verification of %(count)s items of %(what)s"),
        Verb.FALL: _("The verification of %(count)s items of %(what)s fell, because the values changed"),
    }
    pattern = patterns.get(verb)
    return Sentence(pattern, {"who": who, "what": what, "count": count}) if pattern else None
