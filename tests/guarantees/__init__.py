"""What the project promises whatever the workbook: seeded damage, in bulk."""
