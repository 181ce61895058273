"""The sandbox's NeMo Platform beside the real one."""
