"""The fault matrix: each request of each operation fails in each way; the next run mends it."""
