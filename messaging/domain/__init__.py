"""What can be done with threads and messages: one verb or rule a file."""
