"""What two administrators need for decades: backups that are proven and a check of everything."""
