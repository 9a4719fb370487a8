"""Action items for clients and reminders for the staff, by hand and by campaigns."""
