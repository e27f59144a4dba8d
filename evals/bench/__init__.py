"""What Pressroom is measured against, and how fast it is: `python -m evals.bench`."""
