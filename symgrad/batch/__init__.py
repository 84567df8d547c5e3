"""Many documents: in which processes they are checked, and what is kept of them between runs."""
