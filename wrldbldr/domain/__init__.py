"""What is true: tables with their transitions, value types, events, errors. No I/O, no clock."""
