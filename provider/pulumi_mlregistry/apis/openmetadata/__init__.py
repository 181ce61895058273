"""OpenMetadata: services of ML models and the models in them, from 1.2 to 2.x."""
