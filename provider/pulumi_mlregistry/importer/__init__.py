"""Live registry to import file and program: what is there is adopted, with nothing planned."""
