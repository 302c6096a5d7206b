"""What the framework itself needs: the random generator, saved files, names. See the modules."""
