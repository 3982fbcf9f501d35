"""The demonstration month: August 2025 retold with invented people, on a folder mailbox and a simulated clock."""
