"""HTTP below the APIs: what is sent again, what is not followed, whom TLS believes."""
