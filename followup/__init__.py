"""What follows the infusion: overdue visits, reminders, long-term follow-up."""
