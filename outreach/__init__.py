"""Everything that leaves for a contact."""
