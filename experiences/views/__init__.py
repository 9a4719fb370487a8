"""Pages of the experiences room."""
