"""Lists of words by several people, each measured at first sight before anything was done about what it showed."""
