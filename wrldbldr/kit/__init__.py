"""What any program could use: a clock, ids, supervised tasks, logging. Imports nothing of ours."""
