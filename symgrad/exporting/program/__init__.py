"""The program of one cost: from index expressions to arrays, what is shared, derivatives backwards, the plan."""
