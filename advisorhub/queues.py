"""The queues of tasks: a worker may serve both, or one."""

QUICK = "advisorhub"  # what is done in a moment, and what finds out what is due
OPERATIONS = "advisorhub.operations"  # what may take minutes
