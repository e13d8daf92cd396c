"""The playbook of an agent: a form and the file behind it, beside what it would decide."""
