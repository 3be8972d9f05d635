"""The Shakespeare command: completes, trains and evaluates."""
