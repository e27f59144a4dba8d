"""What makes Pressroom's own models, and one-off scripts; never installed."""
