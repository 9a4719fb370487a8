"""Forms of the experiences room."""
