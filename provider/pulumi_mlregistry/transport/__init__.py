"""HTTP in one place: a pooled httpx client, retries within a budget, redaction, one-line errors."""
