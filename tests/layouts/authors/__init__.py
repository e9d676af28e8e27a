"""Lists of words written independently, each measured at first sight before anything was done about what it showed."""
