"""JSON and YAML as text: what it says, where each value of it is written, and where each character comes from."""
