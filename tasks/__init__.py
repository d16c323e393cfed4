"""Everything a journey may call: a module is a capability, a folder is an outside system."""
