"""What is live is adopted: files are written, and with them nothing is planned."""
