"""What every address for other systems needs: keys, problems in plain words, one effect a key."""
