"""What is taught: exercises and their checks."""
