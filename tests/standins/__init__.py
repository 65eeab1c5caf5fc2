"""The two platforms, as strictly as their pages describe them, on loopback: what they would refuse, these refuse."""
