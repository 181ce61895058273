"""Reviews of previews: recorded ones, those of both engines, and pages in a real browser."""
