"""MLflow's registry API in two dialects: plain MLflow's and Oracle AI Data Platform's."""
