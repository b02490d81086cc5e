"""What a load run yields, and how it is judged; nothing here makes load or knows what does."""
