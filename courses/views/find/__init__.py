"""Find et hold: open to everybody, without an account, a cookie or a script."""
