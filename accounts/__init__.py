"""Who may do what, where and until when: people, sites and delegated roles."""
