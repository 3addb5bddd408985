"""What is set once for every command and worker: allocator, threads, signals."""
