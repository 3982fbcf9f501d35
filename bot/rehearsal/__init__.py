"""A month played again, by today's program and configuration, on a copy; and what is different then."""
