"""What the CRM room does, one verb or rule a file."""
