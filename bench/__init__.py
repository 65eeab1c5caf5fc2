"""What one turn costs, beside what the same turn costs on others' conversation handlers. `make bench`."""
