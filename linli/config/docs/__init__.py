"""The written reference, made from the code, and the words of the catalogue."""
