"""What knows nothing of any app: files, bundles, sampling, command-line habits, plots, music."""

__version__ = "2.0.0.dev0"  # the releases are in CHANGELOG.md
