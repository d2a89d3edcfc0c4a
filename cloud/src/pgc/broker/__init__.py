"""The broker: what carries the messages between NodeServer runs and the platform, and who may use which topic."""
