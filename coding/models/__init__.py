"""Dictionaries, synonyms, and what was coded."""

from coding.models.coding import Coding, How
from coding.models.dictionary import Dictionary, DictionaryKind, Synonym, Term, normal

__all__ = ["Coding", "Dictionary", "DictionaryKind", "How", "Synonym", "Term", "normal"]
