"""What people write about people: civil registration numbers, telephone numbers and names."""
