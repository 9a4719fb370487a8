"""The verbs of the room, each for a set of rows."""
