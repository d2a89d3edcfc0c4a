"""NodeServers: what they are, what they say, and their life from added to removed."""
