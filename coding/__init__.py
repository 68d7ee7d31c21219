"""Medical coding: what was written in words, as a term of a dictionary."""
