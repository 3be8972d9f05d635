"""What knows nothing of any app: files, bundles, sampling, command-line habits, plots, music."""
