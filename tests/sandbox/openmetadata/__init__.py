"""The sandbox's OpenMetadata: faithful to what was measured, and to what was read."""
