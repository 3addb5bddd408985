"""Models over whole corpora: a stream in, a stream out, memory flat."""
