"""Everything an authority owns, out of the registry in open formats, and into another one."""
