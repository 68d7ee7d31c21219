"""The demo trial: invented people, entered through the same acts as real ones."""
