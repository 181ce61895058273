"""Embedded registries on loopback that behave as the real ones do where it matters.

``start()`` serves OpenMetadata, the NeMo Platform, MLflow and Oracle's dialect of it from one
process over SQLite. Needs the extra ``sandbox``. Where a real server differs, the sandbox is wrong.
"""
