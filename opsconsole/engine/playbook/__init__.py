"""An agent's playbook as a form has it: taken from its file, and written back into it."""
