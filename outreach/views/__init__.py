"""Pages of the outreach room."""
