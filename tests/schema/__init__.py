"""What is generated from the field tables."""
