"""One file per form. Every file here is found by itself."""

from core.crf.declare import load_forms

load_forms(__name__)
