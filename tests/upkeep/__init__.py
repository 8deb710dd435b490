"""Backups, restoring, and the check of everything."""
