"""Working days of each State: its week and its holidays, as records that the authority keeps."""
