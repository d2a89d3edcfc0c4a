"""What the platform keeps: tables, their migrations, and one repository a noun."""
