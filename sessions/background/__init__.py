"""What runs while nobody looks: the conductor, its workers, and how work is shared out among them."""
