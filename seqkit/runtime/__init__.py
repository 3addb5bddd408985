"""Process-wide settings of every command and worker: allocator, threads, signals, device."""
