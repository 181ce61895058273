"""What CI runs for a deployment: the scripts on the engines, the workflows under their linters."""
