"""Seller journeys: one file each, the order of the steps and nothing else."""
