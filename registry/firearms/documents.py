"""Labels of firearms and their parts."""
