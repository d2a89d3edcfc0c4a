"""Where the logs of NodeServers stay: files with a cap, written in batches, read in pages."""
