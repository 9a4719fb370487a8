"""Pages of the CRM room."""
