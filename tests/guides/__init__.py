"""The guides' programs and steps, as written there, on the sandbox and the local engine."""
