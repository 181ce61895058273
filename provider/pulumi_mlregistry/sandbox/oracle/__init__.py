"""Oracle AI Data Platform's dialect, by the dev server's front over an MLflow of the sandbox."""
