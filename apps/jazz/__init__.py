"""The jazz command: improvises and learns solos."""
