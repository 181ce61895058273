"""The fixture of users' own tests, in runs of pytest as theirs are."""
