"""Import from a file: reading → mapping → checking (the dry run) → mending → applying."""
