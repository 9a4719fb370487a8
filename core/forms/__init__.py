"""Forms that notice concurrent edits and duplicate submits, and lose nothing that was typed."""
