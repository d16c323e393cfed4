"""Deciding: who said yes to which digest, with which proof, and what that released."""
