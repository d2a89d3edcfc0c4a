"""The command `pgc`: one file a command."""
