"""The platform's side of an ISY: asking it (client), reporting to it (reporter) and being called by it (ingress)."""
