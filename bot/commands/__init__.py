"""What each command does; bot/cli.py has their words and options."""
