"""What crosses apps: browser tests of whole days' work, and what the repository promises about itself."""
