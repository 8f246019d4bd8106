"""What is kept and what runs: the session folder, the history, the queue, the conductor, search and reports."""
