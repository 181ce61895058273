"""NVIDIA NeMo Platform: model entities of the Models service."""
