"""The people of the firm and what they were given."""
