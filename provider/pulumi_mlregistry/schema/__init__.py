"""What is generated from the field tables: schema.json and the typed Python classes."""
