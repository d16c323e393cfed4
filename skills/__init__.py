"""What the platform knows: one folder per capability, pure Python, its manifest and its dated tables."""
