"""The sandbox's MLflow beside the real one."""
