"""What the product costs in time, requests, memory and state, beside two peers of its doors."""
