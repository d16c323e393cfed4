"""What stands in for the world; everything made here is labelled generated."""
