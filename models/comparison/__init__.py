"""The recurrent networks that apps.compare trains on equal terms."""
