"""The poem networks under the names of the course, their training and what they write."""
