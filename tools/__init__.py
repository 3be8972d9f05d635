"""What makes and measures the project; nothing imports it."""
