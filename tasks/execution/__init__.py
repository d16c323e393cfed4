"""Acting: what was released is carried out at most once, and how it went is known or named."""
