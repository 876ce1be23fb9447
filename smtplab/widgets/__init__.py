"""What is clicked in a notebook? Widgets over a transcript: they show and select, and know nothing of the protocol."""
