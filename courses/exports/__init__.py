"""What leaves the house: courses as a sheet, and meetings as a calendar."""
