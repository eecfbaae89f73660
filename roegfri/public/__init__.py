"""Pages for citizens without an account: words in five languages, and who has approved them."""
