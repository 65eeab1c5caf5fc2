"""The same interview on other frameworks, each as its own documentation shows it, behind the same kind of endpoint."""
