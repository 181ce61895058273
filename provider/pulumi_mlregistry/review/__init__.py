"""A preview as a reviewer of a pull request reads it: Markdown for a comment, HTML for a page."""
