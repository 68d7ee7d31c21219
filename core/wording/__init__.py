"""The trail in words: changes, what was typed and not saved, and query threads, as a reader meets them."""
