"""Packets: capturing, recording, reading and saving them, and making a Transcript of them."""
