"""Pages: fetch through the access check, act, render."""
