"""The bundled solos, a script for each."""
