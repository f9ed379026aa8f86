"""The only room with SQL: connections, the unit of work, one repository for each noun, and migrations."""
