"""Says for each configured registry whether the provider will reach it, as whom, and with what."""
