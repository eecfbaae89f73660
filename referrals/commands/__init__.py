"""Every change to citizens and referrals: one function for each thing a person does."""
