"""What the screens show of organisations and agreements, as it stands on a day."""
